// SPDX-License-Identifier: MIT
/// \file
/// How far one half of the channels lies from the other.
#pragma once

#include "ctnn/kernels/channel_vectors.hpp"
#include "ctnn/kernels/pixel_runs.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// x: `count` pixels of 2 `channels`, y: of `channels`. y = |a - b|, a and b being the halves of x.
template <class T>
CTNN_KERNEL void absolute_difference_pixels(pixels<const T> x, pixels<T> y, extent count, extent channels) {
    for (extent i = 0; i < count; ++i) {
        const T *a = x.data + i * x.step, *b = a + channels;
        T* to = y.data + i * y.step;
        for_each_channel_vector<T>(
            channels, [&](extent c, auto read, auto write) { write(to + c, abs(read(a + c) - read(b + c))); });
    }
}

/// x, dx: `count` pixels of 2 `channels`, dy: of `channels`. da = dy sign(a - b), db = -da; equal numbers have sign 0.
template <class T>
CTNN_KERNEL void absolute_difference_gradient_pixels(pixels<const T> x, pixels<const T> dy, pixels<T> dx, extent count,
                                                     extent channels) {
    const vec<T> zero = T(0);
    for (extent i = 0; i < count; ++i) {
        const T *a = x.data + i * x.step, *b = a + channels, *from = dy.data + i * dy.step;
        T *da = dx.data + i * dx.step, *db = da + channels;
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            const vec<T> difference = read(a + c) - read(b + c), gradient = read(from + c);
            const vec<T> still = gradient * difference;  // 0, or NaN
            const vec<T> slope = select(difference > zero, gradient, select(difference < zero, -gradient, still));
            write(da + c, slope);
            write(db + c, -slope);
        });
    }
}

/// For a whole batch of any layout.
template <class T>
void absolute_difference_forward(const batch_view<const T>& x, const batch_view<T>& y, extent threads) {
    for_each_pixels(
        threads,
        [&](extent, extent count, pixels<const T> from, pixels<T> to) {
            absolute_difference_pixels(from, to, count, y.shape.channels());
        },
        detail::first_half(x), y);
}

/// Its gradient, from the input.
template <class T>
void absolute_difference_backward(const batch_view<const T>& x, const batch_view<const T>& dy, const batch_view<T>& dx,
                                  extent threads) {
    for_each_pixels(
        threads,
        [&](extent, extent count, pixels<const T> input, pixels<const T> from, pixels<T> to) {
            absolute_difference_gradient_pixels(input, from, to, count, dy.shape.channels());
        },
        detail::first_half(x), dy, detail::first_half(dx));
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
