// SPDX-License-Identifier: MIT
/// \file
/// Softmax over the channels of every pixel, forward and backward.
#pragma once

#include <limits>

#include "ctnn/kernels/channel_vectors.hpp"
#include "ctnn/kernels/math.hpp"
#include "ctnn/kernels/pixel_runs.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// The largest of at least as many channels as a vector has lanes. Where one is NaN any other may be the answer: the
/// sum of the exponentials is NaN all the same.
template <class T>
CTNN_INLINE T largest_of(const T* x, extent channels) {
    vec<T> largest = load(x + channels - lanes<T>);  // overlaps the last whole vector
    for (extent c = 0; c + lanes<T> <= channels; c += lanes<T>) largest = greater_of(largest, load(x + c));
    return reduce_max(largest);
}

/// Pixels of fewer channels than a vector has lanes, in one register each.
template <class T>
CTNN_INLINE void softmax_small_pixels(pixels<const T> x, pixels<T> y, extent count, extent channels) {
    const vec<T> zero = T(0), lowest = -std::numeric_limits<T>::infinity();
    const auto exists = first_lanes<T>(channels);
    for (extent i = 0; i < count; ++i) {
        const vec<T> logits = load_partial(x.data + i * x.step, channels);
        const vec<T> largest = reduce_max(select(exists, logits, lowest));
        const vec<T> e = select(exists, exp(logits - largest), zero);
        store_partial(y.data + i * y.step, e / vec<T>(reduce_add(e)), channels);
    }
}

}  // namespace detail

/// x, y: `count` pixels of `channels`. y = e^(x - max x) / sum of these, so no finite logit overflows; y may be x.
template <class T>
CTNN_KERNEL void softmax_pixels(pixels<const T> x, pixels<T> y, extent count, extent channels) {
    if (channels < lanes<T>) return detail::softmax_small_pixels(x, y, count, channels);
    for (extent i = 0; i < count; ++i) {
        const T* from = x.data + i * x.step;
        T* to = y.data + i * y.step;
        const T largest = detail::largest_of(from, channels);
        vec<T> total = T(0);
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            write(to + c, exp(read(from + c) - vec<T>(largest)));
            total += read(to + c);  // read again: lanes without a channel are zero then
        });
        const vec<T> sum = reduce_add(total);
        for_each_channel_vector<T>(channels,
                                   [&](extent c, auto read, auto write) { write(to + c, read(to + c) / sum); });
    }
}

/// y, dy, dx: `count` pixels of `channels`. dx = y (dy - sum of y dy); dx may be dy.
template <class T>
CTNN_KERNEL void softmax_gradient_pixels(pixels<const T> y, pixels<const T> dy, pixels<T> dx, extent count,
                                         extent channels) {
    for (extent i = 0; i < count; ++i) {
        const T *output = y.data + i * y.step, *from = dy.data + i * dy.step;
        T* to = dx.data + i * dx.step;
        vec<T> total = T(0);
        for_each_channel_vector<T>(
            channels, [&](extent c, auto read, auto) { total = fma(read(output + c), read(from + c), total); });
        const vec<T> sum = reduce_add(total);
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            write(to + c, read(output + c) * (read(from + c) - sum));
        });
    }
}

/// Softmax of a whole batch of any layout; y may be x.
template <class T>
void softmax_forward(const batch_view<const T>& x, const batch_view<T>& y, extent threads) {
    for_each_pixels(
        threads,
        [&](extent, extent count, pixels<const T> from, pixels<T> to) {
            softmax_pixels(from, to, count, x.shape.channels());
        },
        x, y);
}

/// Its gradient, from the output; dx may be dy.
template <class T>
void softmax_backward(const batch_view<const T>& y, const batch_view<const T>& dy, const batch_view<T>& dx,
                      extent threads) {
    for_each_pixels(
        threads,
        [&](extent, extent count, pixels<const T> output, pixels<const T> from, pixels<T> to) {
            softmax_gradient_pixels(output, from, to, count, y.shape.channels());
        },
        y, dy, dx);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
