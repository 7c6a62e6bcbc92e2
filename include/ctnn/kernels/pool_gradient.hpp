// SPDX-License-Identifier: MIT
/// \file
/// Maximum and average pooling backwards.
#pragma once

#include <cstring>
#include <limits>
#include <type_traits>

#include "ctnn/kernels/channel_vectors.hpp"
#include "ctnn/kernels/pool.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// Pixels [first, last) of a row become zero.
template <class T>
CTNN_INLINE void zero_pixels(T* row, extent step, extent channels, extent first, extent last) {
    const bool gaps = step != channels;
    const extent runs = gaps ? last - first : extent{last > first},
                 length = gaps ? channels : (last - first) * channels;
    for (extent i = 0; i < runs; ++i)
        std::memset(row + (first + i) * step, 0, static_cast<std::size_t>(length) * sizeof(T));
}

/// For comparisons a NaN counts as infinity: it wins, and costs one instruction instead of a case of its own.
template <class T>
CTNN_INLINE vec<T> comparable(vec<T> v) {
    return select(v == v, v, vec<T>(std::numeric_limits<T>::infinity()));
}

/// One vector of channels of a window of 2 x 2: two semifinals and a final, the earlier tap wins a tie. A maximum
/// of at most `floor` passes nothing on.
template <bool Overlap, class T, class Read, class Write>
CTNN_INLINE void spread_four(const pool_row<T>& row, const T* x, const T* dy, T* dx, const extent (&dx_step)[3],
                             vec<T> floor, const Read& read, const Write& write) {
    const vec<T> zero = T(0);
    const vec<T> a = comparable(read(x)), b = comparable(read(x + row.step[2]));
    const vec<T> c = comparable(read(x + row.step[1])), d = comparable(read(x + row.step[1] + row.step[2]));
    const vec<T> upper_best = greater_of(b, a), lower_best = greater_of(d, c);
    const vec<T> gradient = select(greater_of(upper_best, lower_best) <= floor, zero, read(dy));
    const auto lower = lower_best > upper_best, upper_right = b > a, lower_right = d > c;
    const vec<T> above = select(lower, zero, gradient), below = select(lower, gradient, zero);
    const auto put = [&](T* to, vec<T> portion) {
        if constexpr (Overlap)
            write(to, read(to) + portion);
        else
            write(to, portion);
    };
    put(dx, select(upper_right, zero, above));
    put(dx + dx_step[2], select(upper_right, above, zero));
    put(dx + dx_step[1], select(lower_right, zero, below));
    put(dx + dx_step[1] + dx_step[2], select(lower_right, below, zero));
}

/// One vector of channels of any window: hands dy to the taps. Overlap: adds to what other windows left there.
template <pool P, bool Overlap, class T, class Read, class Write>
CTNN_INLINE void spread_window(const pool_row<T>& row, const T* x, const T* dy, T* dx, const extent (&dx_step)[3],
                               extent width, vec<T> share, vec<T> floor, const Read& read, const Write& write) {
    const vec<T> zero = T(0);
    const auto tap = [&](extent d, extent h, extent w) {
        return comparable(read(x + d * row.step[0] + h * row.step[1] + w * row.step[2]));
    };
    vec<T> gradient = read(dy), best = zero;
    if constexpr (P == pool::maximum) {
        best = tap(0, 0, 0);
        for (extent d = 0; d < row.depth; ++d)
            for (extent h = 0; h < row.height; ++h)
                for (extent w = 0; w < width; ++w) best = greater_of(best, tap(d, h, w));
        gradient = select(best <= floor, zero, gradient);
    } else {
        gradient = gradient / share;
    }
    for (extent d = 0; d < row.depth; ++d)
        for (extent h = 0; h < row.height; ++h)
            for (extent w = 0; w < width; ++w) {
                vec<T> portion = gradient;
                if constexpr (P ==
                              pool::maximum) {  // the first that equals the maximum takes all, then nothing is left
                    const auto wins = tap(d, h, w) == best;
                    portion = select(wins, gradient, zero);
                    gradient = select(wins, zero, gradient);
                }
                T* to = dx + d * dx_step[0] + h * dx_step[1] + w * dx_step[2];
                if constexpr (Overlap) portion += read(to);
                write(to, portion);
            }
}

/// One row of windows: d and h fixed. dy: (output width, channels); x and dx: rows of (input width, channels).
template <pool P, bool Overlap, class T>
CTNN_KERNEL void spread_output_row(const operation& op, const pool_row<T>& row, const T* dy, extent dy_step, T* dx,
                                   const extent (&dx_step)[3]) {
    const extent channels = op.in.channels();
    // Of a relu before the pool, whose outputs x are; else nothing compares as less than NaN.
    const vec<T> floor = op.activation == activation::relu ? T(0) : std::numeric_limits<T>::quiet_NaN();
    for (extent o = 0; o < op.out.width(); ++o) {
        const clipped w = covered(op, 2, o);
        const T* from = P == pool::maximum ? row.x + w.first * row.step[2] : nullptr;
        T* to = dx + w.first * dx_step[2];
        const extent inside = row.depth * row.height * w.size();
        const vec<T> share = static_cast<T>(divisor(op.window, op.include_padding, inside));
        const bool four = P == pool::maximum && row.depth == 1 && row.height == 2 && w.size() == 2;
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            if (four)
                spread_four<Overlap>(row, from + c, dy + c, to + c, dx_step, floor, read, write);
            else
                spread_window<P, Overlap>(row, from + c, dy + c, to + c, dx_step, w.size(), share, floor, read, write);
        });
        dy += dy_step;
    }
}

/// Input rows [first, last) along an axis that belong to output row `position` when windows do not overlap.
[[nodiscard]] inline clipped territory(const operation& op, int axis, extent position) {
    const extent stride = op.window.stride[axis], before = op.window.before[axis];
    return {position == 0 ? 0 : position * stride - before,
            position == op.out.axis[axis] - 1 ? op.in.axis[axis] : (position + 1) * stride - before};
}

/// Zeroes what no window covers in the territory of one output row.
template <class T>
void zero_uncovered(const operation& op, const batch_view<T>& dx, extent s, extent od, extent oh) {
    const clipped d = covered(op, 0, od), h = covered(op, 1, oh);
    const clipped all_d = territory(op, 0, od), all_h = territory(op, 1, oh);
    const extent width = op.in.width(), channels = op.in.channels();
    for (extent i = all_d.first; i < all_d.last; ++i)
        for (extent j = all_h.first; j < all_h.last; ++j) {
            T* row = dx.at(s, i, j, 0);
            extent from = 0;  // pixels before it are done
            if (i >= d.first && i < d.last && j >= h.first && j < h.last)
                for (extent o = 0; o < op.out.width(); ++o) {
                    const clipped w = covered(op, 2, o);
                    zero_pixels(row, dx.step[2], channels, from, w.first);
                    from = w.last;
                }
            zero_pixels(row, dx.step[2], channels, from, width);
        }
}

/// Calls one_row(overlap, s, d, h) for every row of output windows, to hand its gradient to dx. Windows that do not
/// overlap: parallel over output rows, every input written once, `overlap` false. Otherwise parallel over samples, and
/// windows add in the order of memory to a dx of zeros.
template <class T, class Row>
void for_each_gradient_row(const operation& op, const batch_view<T>& dx, extent threads, const Row& one_row) {
    const extent depth = op.out.depth(), height = op.out.height();
    bool overlap = op.adaptive;  // neighboring bins share a position wherever the extents do not divide
    for (int a = 0; a < 3; ++a) overlap = overlap || (op.out.axis[a] > 1 && op.window.kernel[a] > op.window.stride[a]);
    if (overlap) {
        parallel_for(dx.count, threads, [&](extent s) {
            for (extent d = 0; d < op.in.depth(); ++d)
                for (extent h = 0; h < op.in.height(); ++h)
                    zero_pixels(dx.at(s, d, h, 0), dx.step[2], op.in.channels(), 0, op.in.width());
            for (extent od = 0; od < depth; ++od)
                for (extent oh = 0; oh < height; ++oh) one_row(std::true_type{}, s, od, oh);
        });
        return;
    }
    const extent row_work = op.in.size() / (depth * height) + 1;
    const extent rows = dx.count * depth * height, piece = row_work < 16384 ? 16384 / row_work : 1;
    parallel_for((rows + piece - 1) / piece, threads, [&](extent i) {
        for (extent r = i * piece; r < rows && r < (i + 1) * piece; ++r) {
            const extent s = r / (depth * height), od = r / height % depth, oh = r % height;
            zero_uncovered(op, dx, s, od, oh);
            one_row(std::false_type{}, s, od, oh);
        }
    });
}

}  // namespace detail

/// dx from dy, and for the maximum from x: its first occurrence in the window takes the gradient, a NaN counts as
/// infinity.
template <pool P, class T>
void pool_backward(const operation& op, const batch_view<const T>& x, const batch_view<const T>& dy,
                   const batch_view<T>& dx, extent threads) {
    detail::for_each_gradient_row(
        op, dx, threads, [&]<bool Overlap>(std::bool_constant<Overlap>, extent s, extent od, extent oh) {
            const clipped d = covered(op, 0, od), h = covered(op, 1, oh);
            const T* from = P == pool::maximum ? x.at(s, d.first, h.first, 0) : nullptr;
            const detail::pool_row<T> row{from, {x.step[0], x.step[1], x.step[2]}, d.size(), h.size()};
            detail::spread_output_row<P, Overlap>(op, row, dy.at(s, od, oh, 0), dy.step[2],
                                                  dx.at(s, d.first, h.first, 0), dx.step);
        });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
