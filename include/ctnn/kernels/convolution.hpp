// SPDX-License-Identifier: MIT
/// \file
/// Direct convolution, channels last, with packed weights: forward, and the gradient with respect to the input.
#pragma once

#include "ctnn/kernels/activation_function.hpp"
#include "ctnn/kernels/correlation.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// Pixels x Vectors outputs: x (rows of taps), w [tap][channel][Vectors * lanes], y [pixel][filter]. Per channel:
/// Vectors loads of weights, Pixels broadcasts, Pixels * Vectors multiply-adds, nothing else. The first `skip` pixels
/// are computed but not written: the tile before has written them. `range` are the taps of depth and height that are
/// not zero: from, to, from, to.
template <key K, extent Pixels, extent Vectors, class T>
CTNN_INLINE void correlation_tile(const correlation& g, const T* x, const T* w, const T* bias, const T* add, T* y,
                                  const extent (&range)[4], extent skip, extent tail) {
    constexpr extent width = Vectors * lanes<T>;
    const extent step = g.in_step[2], out_step = g.out_step[2], add_step = g.add_step[2];
    vec<T> sum[static_cast<unsigned>(Pixels)][static_cast<unsigned>(Vectors)];
    unroll<Vectors>([&](auto v) {
        const vec<T> start = load(bias + v * lanes<T>);
        unroll<Pixels>([&](auto p) { sum[p][v] = start; });
    });
    for (extent kd = range[0]; kd < range[1]; ++kd)
        for (extent kh = range[2]; kh < range[3]; ++kh) {
            const T* weights = w + (kd * g.taps[1] + kh) * g.taps[2] * g.channels * width;
            for (extent kw = 0; kw < g.taps[2]; ++kw) {
                const T* from = x + kd * g.tap_step[0] + kh * g.tap_step[1] + kw * g.tap_step[2];
                for (extent c = 0; c < g.channels; ++c, ++from, weights += width) {
                    vec<T> weight[static_cast<unsigned>(Vectors)];
                    unroll<Vectors>([&](auto v) { weight[v] = load_held(weights + v * lanes<T>); });
                    unroll<Pixels>([&](auto p) {
                        const vec<T> value(from[p * step]);
                        unroll<Vectors>([&](auto v) { sum[p][v] = fma(value, weight[v], sum[p][v]); });
                    });
                }
            }
        }
    // A short activation is applied in registers. A long one would be compiled Pixels * Vectors times: it gets a loop
    // of its own, over what lies in the first-level cache.
    const activation_vectors<T> numbers(g.numbers);
    unroll<Pixels>([&](auto p) {
        if (p < skip) return;
        unroll<Vectors>([&](auto v) {
            T* to = y + p * out_step + v * lanes<T>;
            const bool whole = !K.partial || v + 1 < Vectors || tail == 0;
            vec<T> result = sum[p][v];
            if (add != nullptr) {
                const T* extra = add + p * add_step + v * lanes<T>;
                result += whole ? load(extra) : load_partial(extra, tail);
            }
            if constexpr (is_brief<K.activation>) result = apply<K.activation, T>(result, numbers);
            if (whole) store(to, result);
            else store_partial(to, result, tail);
        });
    });
    if constexpr (!is_brief<K.activation>)
        for (extent p = skip; p < Pixels; ++p)
            for (extent v = 0; v < Vectors; ++v) {
                T* to = y + p * out_step + v * lanes<T>;
                if (!K.partial || v + 1 < Vectors || tail == 0) store(to, apply<K.activation, T>(load(to), numbers));
                else store_partial(to, apply<K.activation, T>(load_partial(to, tail), numbers), tail);
            }
}

/// All rows [first, last) of one block of filters.
template <key K, extent Vectors, class T>
CTNN_INLINE void correlation_block(const correlation& g, const T* x, const T* w, const T* bias, const T* add, T* y,
                                   extent first, extent last, extent tail) {
    const extent width = g.positions[2];
    for (extent row = first; row < last; ++row) {
        const extent d = row / g.positions[1], h = row % g.positions[1];
        const T* in = x + d * g.in_step[0] + h * g.in_step[1];
        const T* extra = add == nullptr ? nullptr : add + d * g.add_step[0] + h * g.add_step[1];
        T* out = y + d * g.out_step[0] + h * g.out_step[1];
        const extent range[4]{g.tap_limit(0, d, false), g.tap_limit(0, d, true), g.tap_limit(1, h, false),
                              g.tap_limit(1, h, true)};
        const auto at = [&](auto pixels, extent p, extent skip) {
            correlation_tile<K, pixels, Vectors>(g, in + p * g.in_step[2], w, bias,
                                                 extra == nullptr ? nullptr : extra + p * g.add_step[2],
                                                 out + p * g.out_step[2], range, skip, tail);
        };
        if constexpr (K.rest == 0) {
            for (extent p = 0; p < width; p += K.pixels) {
                const extent begin = p + K.pixels <= width ? p : width - K.pixels;
                at(std::integral_constant<extent, K.pixels>{}, begin, p - begin);
            }
        } else {
            extent p = 0;
            for (; p + K.pixels <= width; p += K.pixels) at(std::integral_constant<extent, K.pixels>{}, p, 0);
            at(std::integral_constant<extent, K.rest>{}, p, 0);
        }
    }
}

}  // namespace detail

/// y = activation(bias + correlation of x with w + add), for the rows [first, last) of one sample. x, add, y as
/// `correlation` says; w packed by pack.hpp; bias [groups][filters rounded up to 16]; add may be null or y. The key's
/// tile must be choose_tile's for this width; with rest 0 any width of at least `pixels` will do.
template <class T, key K>
CTNN_KERNEL void correlate(const correlation& given, const T* x, const T* w, const T* bias, const T* add, T* y,
                           extent first, extent last) {
    const correlation g = given.with_joined_taps();
    constexpr extent width = K.vectors * lanes<T>;
    const extent tail = given.filters % lanes<T>;
    const extent blocks = vector_count<T>(given.filters) / K.vectors;
    const extent block = g.tap_count() * g.channels * width;
    for (extent group = 0; group < g.groups; ++group) {
        for (extent b = 0; b < blocks; ++b) {
            const extent filter = b * width;
            detail::correlation_block<K, K.vectors>(g, x, w + b * block, bias + filter,
                                                    add == nullptr ? nullptr : add + filter, y + filter, first, last,
                                                    filter + width > given.filters ? tail : 0);
        }
        if constexpr (K.last != 0) {
            const extent filter = blocks * width;
            detail::correlation_block<K, K.last>(g, x, w + blocks * block, bias + filter,
                                                 add == nullptr ? nullptr : add + filter, y + filter, first, last,
                                                 tail);
        }
        x += given.channels;
        y += given.filters;
        if (add != nullptr) add += given.filters;
        w += packed_group(given.tap_count(), given.channels, given.filters);
        bias += round_up(given.filters);
    }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
