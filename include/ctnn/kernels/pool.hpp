// SPDX-License-Identifier: MIT
/// \file
/// Maximum and average pooling forwards, for windows of any size, stride and padding, vectorized over channels.
#pragma once

#include "ctnn/core/call.hpp"
#include "ctnn/core/threads.hpp"
#include "ctnn/kernels/simd.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

enum class pool { maximum, average };

/// Input positions [first, last) that a window covers along one axis; padding is clipped off. Never empty, because
/// padding is at most half a window, and a bin has at least one position.
struct clipped {
    extent first, last;
    [[nodiscard]] CTNN_INLINE extent size() const { return last - first; }
};

/// Where window number `position` along an axis lies in an input of `size` positions.
[[nodiscard]] CTNN_INLINE clipped clip(const window& w, int axis, extent position, extent size) {
    const extent begin = position * w.stride[axis] - w.before[axis], end = begin + w.kernel[axis];
    return {begin < 0 ? 0 : begin, end > size ? size : end};
}

/// What output number `position` along an axis covers: a window, or where the pool is adaptive a bin, from
/// position in / out to (position + 1) in / out, the one rounded down, the other up.
[[nodiscard]] CTNN_INLINE clipped covered(const operation& op, int axis, extent position) {
    const extent in = op.in.axis[axis], out = op.out.axis[axis];
    if (!op.adaptive) return clip(op.window, axis, position, in);
    return {position * in / out, ((position + 1) * in + out - 1) / out};
}

/// What an average divides by: all taps of the window, or those inside the input.
[[nodiscard]] CTNN_INLINE extent divisor(const window& w, bool include_padding, extent inside) {
    return include_padding ? w.kernel[0] * w.kernel[1] * w.kernel[2] : inside;
}

namespace detail {

/// The input of a row of windows: d and h fixed.
template <class T>
struct pool_row {
    const T* x;  ///< first covered row, column 0
    extent step[3];
    extent depth, height;  ///< covered rows
};

/// Vectors of the channels from `channel` on, reduced over a window: Count whole vectors, or one partial one of `rest`
/// lanes.
template <pool P, bool Partial, extent Count, class T>
CTNN_INLINE void reduce_window(const T* x, const extent (&step)[3], extent depth, extent height, extent width,
                               extent rest, vec<T>* result) {
    // Sums of at most 64 taps are added with compensation (Kahan), so that the error of a global average does not grow
    // with the number of positions.
    constexpr extent chunk = P == pool::average ? 64 : extent{1} << 40;
    const bool compensate = P == pool::average && depth * height * width > chunk;
    vec<T> lost[static_cast<unsigned long>(Count)];  // what the last addition rounded away
    bool begun = false;
    for (extent d = 0; d < depth; ++d)
        for (extent h = 0; h < height; ++h)
            for (extent start = 0; start < width; start += chunk) {
                const T* tap = x + d * step[0] + h * step[1] + start * step[2];
                const extent taps = width - start < chunk ? width - start : chunk;
                vec<T> part[static_cast<unsigned long>(Count)];
                kernels::unroll<Count>([&](auto v) {
                    if constexpr (Partial)
                        part[v] = load_partial(tap, rest);
                    else
                        part[v] = load(tap + v * lanes<T>);
                });
                for (extent w = 1; w < taps; ++w) {
                    tap += step[2];
                    kernels::unroll<Count>([&](auto v) {
                        vec<T> next;
                        if constexpr (Partial)
                            next = load_partial(tap, rest);
                        else
                            next = load(tap + v * lanes<T>);
                        if constexpr (P == pool::maximum)
                            part[v] = max(part[v], next);
                        else
                            part[v] += next;
                    });
                }
                kernels::unroll<Count>([&](auto v) {
                    if (!begun) {
                        result[v] = part[v];
                        lost[v] = T(0);
                    } else if constexpr (P == pool::maximum) {
                        result[v] = max(result[v], part[v]);
                    } else if (compensate) {
                        const vec<T> addend = part[v] - lost[v], total = result[v] + addend;
                        lost[v] = (total - result[v]) - addend;
                        result[v] = total;
                    } else {
                        result[v] += part[v];
                    }
                });
                begun = true;
            }
}

/// Channels [c, c + Count vectors) of one output pixel.
template <pool P, bool Partial, extent Count, class T>
CTNN_INLINE void pool_block(const pool_row<T>& row, const T* x, T* y, extent width, extent rest, vec<T> share) {
    vec<T> result[static_cast<unsigned long>(Count)];
    if (row.depth == 1 && row.height == 2 && width == 2) {  // the common window, without loops
        kernels::unroll<Count>([&](auto v) {
            const extent c = v * lanes<T>;
            const auto at = [&](extent offset) {
                if constexpr (Partial)
                    return load_partial(x + offset, rest);
                else
                    return load(x + offset + c);
            };
            const vec<T> a = at(0), b = at(row.step[2]), e = at(row.step[1]), f = at(row.step[1] + row.step[2]);
            if constexpr (P == pool::maximum)
                result[v] = max(max(a, b), max(e, f));
            else
                result[v] = (a + b) + (e + f);
        });
    } else {
        reduce_window<P, Partial, Count>(x, row.step, row.depth, row.height, width, rest, result);
    }
    kernels::unroll<Count>([&](auto v) {
        if constexpr (P == pool::average) result[v] = result[v] / share;
        if constexpr (Partial)
            store_partial(y, result[v], rest);
        else
            store(y + v * lanes<T>, result[v]);
    });
}

/// One row of output pixels. x: rows of (input width, channels); y: (output width, channels).
template <pool P, class T>
CTNN_KERNEL void pool_output_row(const operation& op, const pool_row<T>& row, T* y, extent y_step) {
    const extent channels = op.in.channels();
    for (extent o = 0; o < op.out.width(); ++o) {
        const clipped w = covered(op, 2, o);
        const T* x = row.x + w.first * row.step[2];
        const extent inside = row.depth * row.height * w.size();
        const vec<T> share = static_cast<T>(divisor(op.window, op.include_padding, inside));
        extent c = 0;
        for (; c + 4 * lanes<T> <= channels; c += 4 * lanes<T>)
            pool_block<P, false, 4>(row, x + c, y + c, w.size(), 0, share);
        for (; c + lanes<T> <= channels; c += lanes<T>) pool_block<P, false, 1>(row, x + c, y + c, w.size(), 0, share);
        if (c < channels) pool_block<P, true, 1>(row, x + c, y + c, w.size(), channels - c, share);
        y += y_step;
    }
}

}  // namespace detail

/// Calls body(s, d, h) for every row of output windows of a batch, in parallel over pieces of some 16,384 taps.
template <class Body>
void for_each_window_row(const operation& op, extent samples, extent threads, const Body& body) {
    // A global pool answers with a vector: the only output position, whatever y's rank.
    const extent depth = op.out.depth(), height = op.out.height();
    const extent row_work =
        op.out.width() * op.in.channels() * op.window.kernel[0] * op.window.kernel[1] * op.window.kernel[2];
    const extent rows = samples * depth * height, piece = row_work < 16384 ? 16384 / row_work : 1;
    parallel_for((rows + piece - 1) / piece, threads, [&](extent i) {
        for (extent r = i * piece; r < rows && r < (i + 1) * piece; ++r)
            body(r / (depth * height), r / height % depth, r % height);
    });
}

/// x: (batch, depth, height, width, channels), y: the same with the output's positions. Padding never wins a maximum;
/// NaN does. Parallel over output rows; each output is computed by one thread in one order.
template <pool P, class T>
void pool_forward(const operation& op, const batch_view<const T>& x, const batch_view<T>& y, extent threads) {
    for_each_window_row(op, x.count, threads, [&](extent s, extent od, extent oh) {
        const clipped d = covered(op, 0, od), h = covered(op, 1, oh);
        const detail::pool_row<T> row{
            x.at(s, d.first, h.first, 0), {x.step[0], x.step[1], x.step[2]}, d.size(), h.size()};
        detail::pool_output_row<P>(op, row, y.at(s, od, oh, 0), y.step[2]);
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
