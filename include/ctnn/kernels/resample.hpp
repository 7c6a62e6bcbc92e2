// SPDX-License-Identifier: MIT
/// \file
/// Nearest and linear resampling to any extents, forward and backward, vectorized over channels.
#pragma once

#include "ctnn/core/call.hpp"
#include "ctnn/core/position_options.hpp"
#include "ctnn/kernels/channel_vectors.hpp"
#include "ctnn/kernels/position_rows.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// What the outputs of one axis read: position first[o] with weight 1 - share[o], and the one behind it with share[o].
/// Positions are kept as T beside the shares; float counts exactly up to 2^24.
template <class T>
struct taps {
    const T *first, *share;
    extent out;

    [[nodiscard]] CTNN_INLINE extent position(extent o) const { return static_cast<extent>(first[o]); }
    /// With what weight output o, which reads position i or the one before it, reads i.
    [[nodiscard]] CTNN_INLINE T weight(extent o, extent i) const { return position(o) == i ? 1 - share[o] : share[o]; }
    /// The first output that reads position i or one behind it as its first. Positions never fall.
    [[nodiscard]] extent reader(extent i) const {
        extent low = 0, high = out;
        while (low < high) {
            const extent middle = (low + high) / 2;
            if (position(middle) < i)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
};

/// Places the outputs of one axis by fractions above / below of whole numbers, which nothing rounds but the share.
template <class T>
taps<T> fill_taps(sampling rule, extent in, extent out, T* first, T* share) {
    const extent below = rule == sampling::nearest ? out : rule == sampling::linear ? 2 * out : out > 1 ? out - 1 : 1;
    for (extent o = 0; o < out; ++o) {
        const extent above = rule == sampling::nearest  ? o * in
                             : rule == sampling::linear ? (2 * o + 1) * in - out
                                                        : o * (in - 1);
        const extent position = above > 0 ? above / below : 0, rest = above - position * below;
        const bool alone = rule == sampling::nearest || above < 0 || position == in - 1;
        first[o] = static_cast<T>(position);
        share[o] = alone ? T(0) : static_cast<T>(rest) / static_cast<T>(below);
    }
    return {first, share, out};
}

/// The taps of all three axes, in `scratch`.
template <class T>
struct resampling {
    taps<T> axis[3];
    resampling(sampling rule, const dims& in, const dims& out, T* scratch) {
        for (int a = 0; a < 3; ++a) {
            axis[a] = fill_taps(rule, in.axis[a], out.axis[a], scratch, scratch + out.axis[a]);
            scratch += 2 * out.axis[a];
        }
    }
};

/// Up to four input rows, weighted: those between which an output row lies.
template <class T>
struct row_mixture {
    const T* row[4];
    vec<T> weight[4];
    extent count = 0;

    CTNN_INLINE void add(const T* from, T part) {
        row[count] = from;
        weight[count++] = part;
    }
};

/// One output row. Rows of x: (input width, channels), y: (output width, channels).
template <class T>
CTNN_KERNEL void mix_pixels(const row_mixture<T>& rows, extent x_step, taps<T> columns, T* y, extent y_step,
                            extent channels) {
    for (extent o = 0; o < columns.out; ++o, y += y_step) {
        const extent left = columns.position(o) * x_step, right = left + x_step;
        const T share = columns.share[o];
        const vec<T> of_left = 1 - share, of_right = share;
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            const auto between = [&](const T* row) {
                if (share == 0) return read(row + left + c);
                return fma(of_right, read(row + right + c), of_left * read(row + left + c));
            };
            vec<T> sum = between(rows.row[0]);
            if (rows.count > 1) sum *= rows.weight[0];
            for (extent r = 1; r < rows.count; ++r) sum = fma(rows.weight[r], between(rows.row[r]), sum);
            write(y + c, sum);
        });
    }
}

/// The outputs [first, last) that read an input position.
struct readers {
    extent first, last;
};

template <class T>
[[nodiscard]] readers readers_of(const taps<T>& axis, extent i) {
    return {axis.reader(i - 1), axis.reader(i + 1)};
}

/// One input row (d, h): dy points at output row 0 of depth 0 of the sample; dx: (input width, channels). Every pixel
/// gathers what its readers hand back, in the order of memory.
template <class T>
CTNN_KERNEL void gather_pixels(const T* dy, const extent (&dy_step)[3], const taps<T> (&axis)[3], extent d, extent h,
                               T* dx, extent dx_step, extent width, extent channels) {
    const readers depths = readers_of(axis[0], d), heights = readers_of(axis[1], h);
    readers widths{0, 0};
    for (extent w = 0; w < width; ++w, dx += dx_step) {
        while (widths.first < axis[2].out && axis[2].position(widths.first) < w - 1) ++widths.first;
        while (widths.last < axis[2].out && axis[2].position(widths.last) <= w) ++widths.last;
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            vec<T> sum = T(0);
            for (extent i = depths.first; i < depths.last; ++i)
                for (extent j = heights.first; j < heights.last; ++j) {
                    const T of_row = axis[0].weight(i, d) * axis[1].weight(j, h);
                    if (of_row == 0) continue;
                    const T* row = dy + i * dy_step[0] + j * dy_step[1] + c;
                    for (extent k = widths.first; k < widths.last; ++k)
                        if (const T weight = of_row * axis[2].weight(k, w); weight != 0)
                            sum = fma(vec<T>(weight), read(row + k * dy_step[2]), sum);
                }
            write(dx + c, sum);
        });
    }
}

}  // namespace detail

/// Numbers of scratch memory that both directions need.
[[nodiscard]] constexpr extent resample_scratch(const dims& out) {
    return 2 * (out.depth() + out.height() + out.width());
}

/// x: (batch, depth, height, width, channels), y: the same with its own positions. Parallel over output rows.
template <class T>
void resample_forward(sampling rule, const batch_view<const T>& x, const batch_view<T>& y, T* scratch, extent threads) {
    const detail::resampling<T> at(rule, x.shape, y.shape, scratch);
    const detail::taps<T>&depths = at.axis[0], &heights = at.axis[1];
    for_each_position_row(
        y.shape, y.count, y.shape.width() * y.shape.channels(), threads, [&](extent s, extent d, extent h) {
            detail::row_mixture<T> rows;
            for (extent i = 0; i <= (depths.share[d] != 0); ++i)
                for (extent j = 0; j <= (heights.share[h] != 0); ++j) {
                    const extent from_d = depths.position(d) + i, from_h = heights.position(h) + j;
                    rows.add(x.at(s, from_d, from_h, 0), depths.weight(d, from_d) * heights.weight(h, from_h));
                }
            detail::mix_pixels(rows, x.step[2], at.axis[2], y.at(s, d, h, 0), y.step[2], y.shape.channels());
        });
}

/// dx from dy: the transposed sums. Parallel over input rows, each of which is computed by one thread in one order.
template <class T>
void resample_backward(sampling rule, const batch_view<const T>& dy, const batch_view<T>& dx, T* scratch,
                       extent threads) {
    const detail::resampling<T> at(rule, dx.shape, dy.shape, scratch);
    const extent row_work = dy.shape.size() / (dx.shape.depth() * dx.shape.height()) + 1;
    for_each_position_row(dx.shape, dx.count, row_work, threads, [&](extent s, extent d, extent h) {
        detail::gather_pixels(dy.at(s, 0, 0, 0), dy.step, at.axis, d, h, dx.at(s, d, h, 0), dx.step[2],
                              dx.shape.width(), dx.shape.channels());
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
