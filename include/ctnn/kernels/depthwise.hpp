// SPDX-License-Identifier: MIT
/// \file
/// Depthwise convolution: each channel has taps of its own, so vectors hold channels of x as well as of y. Forward, and
/// both gradients.
#pragma once

#include "ctnn/kernels/activation_function.hpp"
#include "ctnn/kernels/channel_vectors.hpp"
#include "ctnn/kernels/pack.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Packed weights of a depthwise convolution, without bias: [tap][channels rounded up to 16].
[[nodiscard]] constexpr extent packed_depthwise(extent taps, extent channels) { return taps * round_up(channels); }

/// Weights (taps, channels) -> packed, times `scale` (channels numbers, or null).
template <class T>
inline void pack_depthwise(extent taps, extent channels, const T* weights, const T* scale, T* to) {
    for (extent tap = 0; tap < taps; ++tap, weights += channels, to += round_up(channels))
        for (extent c = 0; c < round_up(channels); c += lanes<T>) {
            vec<T> weight = load_padded(weights + c, channels - c);
            if (scale != nullptr) weight = weight * load_padded(scale + c, channels - c);
            store(to + c, weight);
        }
}

/// The same for the taps of one phase, flipped, as pack_transposed() has them. taps: of the layer.
template <class T>
inline void pack_depthwise(const extent (&taps)[3], const tap_run (&run)[3], extent channels, const T* weights, T* to,
                           const T* scale = nullptr) {
    for (extent d = 0; d < run[0].count; ++d)
        for (extent h = 0; h < run[1].count; ++h)
            for (extent w = 0; w < run[2].count; ++w, to += round_up(channels)) {
                const extent tap[3]{run[0].first - d * run[0].step, run[1].first - h * run[1].step,
                                    run[2].first - w * run[2].step};
                pack_depthwise<T>(1, channels, weights + ((tap[0] * taps[1] + tap[1]) * taps[2] + tap[2]) * channels,
                                  scale, to);
            }
}

namespace detail {

/// Positions of a tile of one vector. A tap costs 8 multiply-adds, four cycles on two pipelines whose latency of four
/// wants as many sums, and 9 loads, four and a half on two ports.
inline constexpr extent depthwise_pixels = 8;

/// dw[tap][channel] += sum over positions of x[position + tap][channel] * dy[position][channel], for one vector of
/// channels and `count` taps from `first` on; Partial: `tail` channels of it. x and dy point at one sample.
template <bool Partial, class T>
CTNN_INLINE void depthwise_gradient_tile(const correlation& g, const T* x, const T* dy, T* dw, extent first,
                                         extent count, extent tail) {
    // Nine sums, a window of 3 x 3: more than enough for the latency, and few enough for 16 registers.
    constexpr extent together = 9;
    const auto read = [&](const T* from) {
        if constexpr (Partial)
            return load_partial(from, tail);
        else
            return load_held(from);
    };
    extent offset[together];
    vec<T> sum[together];
    for (extent k = 0; k < together; ++k) {  // beyond the last tap it is repeated, and not written
        const extent tap = first + (k < count ? k : count - 1), rows = tap / g.taps[2];
        offset[k] =
            rows / g.taps[1] * g.tap_step[0] + rows % g.taps[1] * g.tap_step[1] + tap % g.taps[2] * g.tap_step[2];
        sum[k] = vec<T>(T(0));
    }
    for (extent row = 0; row < g.rows(); ++row) {
        const extent d = row / g.positions[1], h = row % g.positions[1];
        const T* from = x + d * g.in_step[0] + h * g.in_step[1];
        const T* out = dy + d * g.out_step[0] + h * g.out_step[1];
        for (extent p = 0; p < g.positions[2]; ++p, from += g.in_step[2], out += g.out_step[2]) {
            const vec<T> value = read(out);
            unroll<together>([&](auto k) { sum[k] = fma(read(from + offset[k]), value, sum[k]); });
        }
    }
    for (extent k = 0; k < count; ++k) {
        T* to = dw + (first + k) * g.groups;
        if constexpr (Partial)
            store_partial(to, load_partial(to, tail) + sum[k], tail);
        else
            store(to, load(to) + sum[k]);
    }
}

/// What all tiles of a row share.
template <class T>
struct depthwise_row {
    const correlation& g;
    const T *w, *bias;
    extent range[4];  ///< the taps of depth and height that are not zero: from, to, from, to
};

/// Pixels x Vectors outputs; Partial: of the last vector only `tail` channels. The first `skip` pixels are not written.
template <activation A, bool Partial, extent Pixels, extent Vectors, class T>
CTNN_INLINE void depthwise_tile(const depthwise_row<T>& row, extent channel, const T* x, const T* add, T* y,
                                extent skip, extent tail) {
    const correlation& g = row.g;
    const extent stride = round_up(g.groups), step = g.in_step[2];
    const auto read = [&](const T* from) {
        if constexpr (Partial)
            return load_partial(from, tail);
        else
            return load(from);
    };
    vec<T> sum[static_cast<unsigned>(Pixels)][static_cast<unsigned>(Vectors)];
    unroll<Vectors>([&](auto v) {
        const vec<T> start = load(row.bias + channel + v * lanes<T>);
        unroll<Pixels>([&](auto p) { sum[p][v] = start; });
    });
    for (extent kd = row.range[0]; kd < row.range[1]; ++kd)
        for (extent kh = row.range[2]; kh < row.range[3]; ++kh) {
            const T* weights = row.w + (kd * g.taps[1] + kh) * g.taps[2] * stride + channel;
            const T* from = x + kd * g.tap_step[0] + kh * g.tap_step[1];
            for (extent kw = 0; kw < g.taps[2]; ++kw, weights += stride, from += g.tap_step[2])
                unroll<Vectors>([&](auto v) {
                    const vec<T> weight = load_held(weights + v * lanes<T>);
                    unroll<Pixels>(
                        [&](auto p) { sum[p][v] = fma(read(from + p * step + v * lanes<T>), weight, sum[p][v]); });
                });
        }
    const activation_vectors<T> numbers(g.numbers);
    unroll<Pixels>([&](auto p) {
        if (p < skip) return;
        unroll<Vectors>([&](auto v) {
            vec<T> result = sum[p][v];
            if (add != nullptr) result += read(add + p * g.add_step[2] + v * lanes<T>);
            T* to = y + p * g.out_step[2] + v * lanes<T>;
            // Long activations would be compiled eight times: they follow, one vector at a time.
            if constexpr (is_brief<A>) result = apply<A, T>(result, numbers);
            if constexpr (Partial)
                store_partial(to, result, tail);
            else
                store(to, result);
        });
    });
}

/// One row: vectors of channels one after the other, tiles of positions within them; the last overlaps the one before.
/// Rows that are narrower than a tile go position by position, four vectors together.
template <activation A, class T>
CTNN_INLINE void depthwise_positions(const depthwise_row<T>& row, const T* x, const T* add, T* y) {
    const correlation& g = row.g;
    const extent width = g.positions[2], even = g.groups / lanes<T> * lanes<T>, tail = g.groups - even;
    const auto at = [&](auto partial, auto pixels, auto vectors, extent c, extent p, extent skip) {
        depthwise_tile<A, partial, pixels, vectors>(row, c, x + p * g.in_step[2] + c,
                                                    add == nullptr ? nullptr : add + p * g.add_step[2] + c,
                                                    y + p * g.out_step[2] + c, skip, tail);
    };
    const std::false_type whole{};
    const std::true_type part{};
    const std::integral_constant<extent, depthwise_pixels> tile{};
    const std::integral_constant<extent, 1> one{};
    const std::integral_constant<extent, 4> four{};
    if (width >= depthwise_pixels) {
        for (extent c = 0; c < g.groups; c += lanes<T>)
            for (extent p = 0; p < width; p += depthwise_pixels) {
                const extent begin = p + depthwise_pixels <= width ? p : width - depthwise_pixels;
                if (c < even)
                    at(whole, tile, one, c, begin, p - begin);
                else
                    at(part, tile, one, c, begin, p - begin);
            }
        return;
    }
    for (extent p = 0; p < width; ++p) {
        extent c = 0;
        for (; c + 4 * lanes<T> <= even; c += 4 * lanes<T>) at(whole, one, four, c, p, 0);
        for (; c < even; c += lanes<T>) at(whole, one, one, c, p, 0);
        if (tail != 0) at(part, one, one, c, p, 0);
    }
}

}  // namespace detail

/// y = A(bias + correlation of each channel of x with its own taps + add), for the rows [first, last) of one sample. x,
/// add, y as `correlation` says, with one channel and one filter for each of g.groups; channels 0: no taps at all. w
/// packed by pack_depthwise(); bias (channels rounded up to 16); add may be null or y.
template <activation A, class T>
CTNN_KERNEL void correlate_depthwise(const correlation& g, const T* x, const T* w, const T* bias, const T* add, T* y,
                                     extent first, extent last) {
    for (extent r = first; r < last; ++r) {
        const extent d = r / g.positions[1], h = r % g.positions[1];
        detail::depthwise_row<T> row{g, w, bias, {}};
        if (g.channels != 0)
            for (int i = 0; i < 4; ++i) row.range[i] = g.tap_limit(i / 2, i < 2 ? d : h, i % 2 == 1);
        T* to = y + d * g.out_step[0] + h * g.out_step[1];
        detail::depthwise_positions<A>(row, x + d * g.in_step[0] + h * g.in_step[1],
                                       add == nullptr ? nullptr : add + d * g.add_step[0] + h * g.add_step[1], to);
        if constexpr (!is_brief<A>)
            for (extent p = 0; p < g.positions[2]; ++p, to += g.out_step[2])
                for_each_channel_vector<T>(g.groups, [&](extent c, auto read, auto write) {
                    write(to + c, apply<A, T>(read(to + c), activation_vectors<T>(g.numbers)));
                });
    }
}

/// dw (taps, channels) += gradient, db (channels, or null) += the sums of dy, for one vector of channels; x as in
/// correlate_depthwise(), dy: first position, steps in g.out_step. The sums of a sample are added to dw one after the
/// other, those of its positions in order.
template <class T>
CTNN_KERNEL void depthwise_weight_gradient(const correlation& g, const T* x, extent x_sample, const T* dy,
                                           extent dy_sample, extent samples, T* dw, T* db, extent vector) {
    constexpr extent together = 9;
    const extent c = vector * lanes<T>, rest = g.groups - c, taps = g.tap_count();
    for (extent s = 0; s < samples; ++s) {
        const T *in = x + s * x_sample + c, *out = dy + s * dy_sample + c;
        for (extent first = 0; first < taps; first += together) {
            const extent count = taps - first < together ? taps - first : together;
            if (rest >= lanes<T>)
                detail::depthwise_gradient_tile<false>(g, in, out, dw + c, first, count, 0);
            else
                detail::depthwise_gradient_tile<true>(g, in, out, dw + c, first, count, rest);
        }
        if (db == nullptr) continue;
        vec<T> sum(T(0));
        for (extent row = 0; row < g.rows(); ++row) {
            const T* from = out + row / g.positions[1] * g.out_step[0] + row % g.positions[1] * g.out_step[1];
            for (extent p = 0; p < g.positions[2]; ++p, from += g.out_step[2])
                sum += rest >= lanes<T> ? load(from) : load_partial(from, rest);
        }
        if (rest >= lanes<T>)
            store(db + c, load(db + c) + sum);
        else
            store_partial(db + c, load_partial(db + c, rest) + sum, rest);
    }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
