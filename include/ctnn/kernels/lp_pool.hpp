// SPDX-License-Identifier: MIT
/// \file
/// Pooling by the p-th root of the sum of p-th powers, forward and backward, vectorized over channels.
#pragma once

#include <cmath>

#include "ctnn/kernels/pool_gradient.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// x^p for a whole p >= 0, by squaring.
template <class T>
CTNN_INLINE vec<T> whole_power(vec<T> x, extent p) {
    if (p == 2) return x * x;
    vec<T> result = p % 2 == 1 ? x : vec<T>(T(1));
    for (p /= 2; p > 0; p /= 2) {
        x *= x;
        if (p % 2 == 1) result *= x;
    }
    return result;
}

/// x^(1 / p): by square roots for the powers that are in use, else a lane at a time. NaN for negative x, but for p = 1.
template <class T>
CTNN_INLINE vec<T> root(vec<T> x, extent p) {
    if (p == 1) return x;
    if (p == 2) return sqrt(x);
    if (p == 4) return sqrt(sqrt(x));
    T lane[static_cast<unsigned long>(lanes<T>)];
    store(lane, x);
    for (T& value : lane) value = std::pow(value, T(1) / static_cast<T>(p));
    return load(static_cast<const T*>(lane));
}

/// One row of output pixels. x: rows of (input width, channels); y: (output width, channels).
template <class T>
CTNN_KERNEL void lp_pool_row(const operation& op, const pool_row<T>& row, T* y, extent y_step, extent power) {
    for (extent o = 0; o < op.out.width(); ++o, y += y_step) {
        const clipped w = covered(op, 2, o);
        const T* x = row.x + w.first * row.step[2];
        for_each_channel_vector<T>(op.in.channels(), [&](extent c, auto read, auto write) {
            vec<T> sum = T(0);
            for (extent i = 0; i < row.depth; ++i)
                for (extent j = 0; j < row.height; ++j)
                    for (extent k = 0; k < w.size(); ++k)
                        sum += whole_power(read(x + i * row.step[0] + j * row.step[1] + k * row.step[2] + c), power);
            write(y + c, root(sum, power));
        });
    }
}

/// One row of windows. y, dy: (output width, channels); x, dx: rows of (input width, channels).
/// dx = dy (x / y)^(p - 1), and 0 where y is, whose root has no slope. Overlap: adds to what other windows left there.
template <bool Overlap, class T>
CTNN_KERNEL void lp_pool_gradient_row(const operation& op, const pool_row<T>& row, const T* y, extent y_step,
                                      const T* dy, extent dy_step, T* dx, const extent (&dx_step)[3], extent power) {
    const vec<T> zero = T(0), one = T(1);
    for (extent o = 0; o < op.out.width(); ++o, y += y_step, dy += dy_step) {
        const clipped w = covered(op, 2, o);
        const T* x = row.x + w.first * row.step[2];
        T* to = dx + w.first * dx_step[2];
        for_each_channel_vector<T>(op.in.channels(), [&](extent c, auto read, auto write) {
            const vec<T> gradient = read(dy + c), output = read(y + c);
            const vec<T> inverse = select(output == zero, zero, one / output);
            for (extent i = 0; i < row.depth; ++i)
                for (extent j = 0; j < row.height; ++j)
                    for (extent k = 0; k < w.size(); ++k) {
                        const vec<T> tap = read(x + i * row.step[0] + j * row.step[1] + k * row.step[2] + c);
                        vec<T> portion = gradient * whole_power(tap * inverse, power - 1);
                        T* at = to + i * dx_step[0] + j * dx_step[1] + k * dx_step[2] + c;
                        if constexpr (Overlap) portion += read(at);
                        write(at, portion);
                    }
        });
    }
}

}  // namespace detail

/// x: (batch, depth, height, width, channels), y: the same with the output's positions. y = (sum of x^p)^(1 / p) over
/// each window, p = op.groups; zeros of the padding add nothing.
template <class T>
void lp_pool_forward(const operation& op, const batch_view<const T>& x, const batch_view<T>& y, extent threads) {
    for_each_window_row(op, x.count, threads, [&](extent s, extent od, extent oh) {
        const clipped d = covered(op, 0, od), h = covered(op, 1, oh);
        const detail::pool_row<T> row{
            x.at(s, d.first, h.first, 0), {x.step[0], x.step[1], x.step[2]}, d.size(), h.size()};
        detail::lp_pool_row(op, row, y.at(s, od, oh, 0), y.step[2], op.groups);
    });
}

/// dx from x, y and dy.
template <class T>
void lp_pool_backward(const operation& op, const batch_view<const T>& x, const batch_view<const T>& y,
                      const batch_view<const T>& dy, const batch_view<T>& dx, extent threads) {
    detail::for_each_gradient_row(
        op, dx, threads, [&]<bool Overlap>(std::bool_constant<Overlap>, extent s, extent od, extent oh) {
            const clipped d = covered(op, 0, od), h = covered(op, 1, oh);
            const detail::pool_row<T> row{
                x.at(s, d.first, h.first, 0), {x.step[0], x.step[1], x.step[2]}, d.size(), h.size()};
            detail::lp_pool_gradient_row<Overlap>(op, row, y.at(s, od, oh, 0), y.step[2], dy.at(s, od, oh, 0),
                                                  dy.step[2], dx.at(s, d.first, h.first, 0), dx.step, op.groups);
        });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
