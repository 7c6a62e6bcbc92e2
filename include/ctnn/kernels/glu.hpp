// SPDX-License-Identifier: MIT
/// \file
/// The gated linear unit: one half of the channels times the sigmoid of the other.
#pragma once

#include "ctnn/kernels/channel_vectors.hpp"
#include "ctnn/kernels/math.hpp"
#include "ctnn/kernels/pixel_runs.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// x: `count` pixels of 2 `channels`, y: of `channels`. y = a sigmoid(b), a and b being the halves of x.
template <class T>
CTNN_KERNEL void glu_pixels(pixels<const T> x, pixels<T> y, extent count, extent channels) {
    for (extent i = 0; i < count; ++i) {
        const T *a = x.data + i * x.step, *b = a + channels;
        T* to = y.data + i * y.step;
        for_each_channel_vector<T>(
            channels, [&](extent c, auto read, auto write) { write(to + c, read(a + c) * sigmoid(read(b + c))); });
    }
}

/// x, dx: `count` pixels of 2 `channels`, dy: of `channels`. With s = sigmoid(b): da = dy s, db = dy a s (1 - s).
template <class T>
CTNN_KERNEL void glu_gradient_pixels(pixels<const T> x, pixels<const T> dy, pixels<T> dx, extent count,
                                     extent channels) {
    for (extent i = 0; i < count; ++i) {
        const T *a = x.data + i * x.step, *b = a + channels, *from = dy.data + i * dy.step;
        T *da = dx.data + i * dx.step, *db = da + channels;
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            const sigmoid_parts<T> s(read(b + c));
            const vec<T> gradient = read(from + c), first = read(a + c);
            write(da + c, gradient * s.value);
            write(db + c, gradient * first * s.slope);
        });
    }
}

/// For a whole batch of any layout.
template <class T>
void glu_forward(const batch_view<const T>& x, const batch_view<T>& y, extent threads) {
    for_each_pixels(
        threads,
        [&](extent, extent count, pixels<const T> from, pixels<T> to) {
            glu_pixels(from, to, count, y.shape.channels());
        },
        detail::first_half(x), y);
}

/// Its gradient, from the input.
template <class T>
void glu_backward(const batch_view<const T>& x, const batch_view<const T>& dy, const batch_view<T>& dx,
                  extent threads) {
    for_each_pixels(
        threads,
        [&](extent, extent count, pixels<const T> input, pixels<const T> from, pixels<T> to) {
            glu_gradient_pixels(input, from, to, count, dy.shape.channels());
        },
        detail::first_half(x), dy, detail::first_half(dx));
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
