// SPDX-License-Identifier: MIT
/// \file
/// Nearest-neighbor upsampling by whole factors, forward and backward.
#pragma once

#include "ctnn/core/call.hpp"
#include "ctnn/core/threads.hpp"
#include "ctnn/kernels/channel_vectors.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// x: (width, channels), y: (width * factor, channels). Every pixel `factor` times.
template <class T>
CTNN_KERNEL void repeat_pixels(const T* x, extent x_step, T* y, extent y_step, extent width, extent factor,
                               extent channels) {
    for (extent w = 0; w < width; ++w, x += x_step) {
        T* to = y + w * factor * y_step;
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            const vec<T> v = read(x + c);
            for (extent f = 0; f < factor; ++f) write(to + f * y_step + c, v);
        });
    }
}

/// One input row: dy points at the first of its depth x height output rows of (width * factor, channels); dx: (width,
/// channels).
template <class T>
CTNN_KERNEL void sum_pixels(const T* dy, const extent (&dy_step)[3], const extent (&factor)[4], T* dx, extent dx_step,
                            extent width, extent channels) {
    for (extent w = 0; w < width; ++w, dx += dx_step)
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            vec<T> sum = T(0);
            const T* plane = dy + w * factor[2] * dy_step[2] + c;
            for (extent i = 0; i < factor[0]; ++i, plane += dy_step[0]) {
                const T* row = plane;
                for (extent j = 0; j < factor[1]; ++j, row += dy_step[1]) {
                    const T* from = row;
                    for (extent k = 0; k < factor[2]; ++k, from += dy_step[2]) sum += read(from);
                }
            }
            write(dx + c, sum);
        });
}

/// How often each axis is repeated.
[[nodiscard]] inline dims factors(const dims& small, const dims& large) {
    dims result = small;
    for (int a = 0; a < 4; ++a) result.axis[a] = large.axis[a] / small.axis[a];
    return result;
}

/// Rows of `width` pixels that are worth a piece of parallel work.
[[nodiscard]] inline extent rows_of_piece(extent row_elements) {
    return row_elements < 16384 ? 16384 / row_elements : 1;
}

}  // namespace detail

/// x: (batch, depth, height, width, channels), y: positions times factor. Parallel over output rows.
template <class T>
void upsample_forward(const batch_view<const T>& x, const batch_view<T>& y, extent threads) {
    const auto factor = detail::factors(x.shape, y.shape);
    const extent depth = y.shape.depth(), height = y.shape.height(), rows = y.count * depth * height;
    const extent piece = detail::rows_of_piece(y.shape.width() * y.shape.channels());
    parallel_for((rows + piece - 1) / piece, threads, [&](extent i) {
        for (extent r = i * piece; r < rows && r < (i + 1) * piece; ++r) {
            const extent s = r / (depth * height), d = r / height % depth, h = r % height;
            detail::repeat_pixels(x.at(s, d / factor.axis[0], h / factor.axis[1], 0), x.step[2], y.at(s, d, h, 0),
                                  y.step[2], x.shape.width(), factor.axis[2], x.shape.channels());
        }
    });
}

/// dx = the sum of dy over the copies of each pixel, in the order of memory. Parallel over input rows.
template <class T>
void upsample_backward(const batch_view<const T>& dy, const batch_view<T>& dx, extent threads) {
    const auto factor = detail::factors(dx.shape, dy.shape);
    const extent depth = dx.shape.depth(), height = dx.shape.height(), rows = dx.count * depth * height;
    const extent piece = detail::rows_of_piece(dy.shape.width() * dy.shape.channels());
    parallel_for((rows + piece - 1) / piece, threads, [&](extent i) {
        for (extent r = i * piece; r < rows && r < (i + 1) * piece; ++r) {
            const extent s = r / (depth * height), d = r / height % depth, h = r % height;
            detail::sum_pixels(dy.at(s, d * factor.axis[0], h * factor.axis[1], 0), dy.step, factor.axis,
                               dx.at(s, d, h, 0), dx.step[2], dx.shape.width(), dx.shape.channels());
        }
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
