// SPDX-License-Identifier: MIT
/// \file
/// The largest and the mean channel of each pixel.
#pragma once

#include "ctnn/kernels/channel_vectors.hpp"
#include "ctnn/kernels/pixel_runs.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// The largest of `channels` numbers; NaN where one is.
template <class T>
CTNN_INLINE T largest_channel(const T* x, extent channels) {
    T lane[static_cast<unsigned long>(lanes<T>)];
    extent count = channels;
    if (channels >= lanes<T>) {  // the last vector may overlap the one before
        vec<T> part = load(x);
        for (extent c = lanes<T>; c + lanes<T> <= channels; c += lanes<T>) part = max(part, load(x + c));
        store(static_cast<T*>(lane), max(part, load(x + channels - lanes<T>)));
        x = lane;
        count = lanes<T>;
    }
    T largest = x[0];
    for (extent i = 1; i < count; ++i)
        if (x[i] > largest || x[i] != x[i]) largest = x[i];
    return largest;
}

}  // namespace detail

/// x: `count` pixels of `channels`, y: of two: the maximum of the channels, and their mean.
template <class T>
CTNN_KERNEL void channel_pool_pixels(pixels<const T> x, pixels<T> y, extent count, extent channels) {
    for (extent i = 0; i < count; ++i) {
        const T* from = x.data + i * x.step;
        vec<T> sum(T(0));
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto) { sum += read(from + c); });
        T* to = y.data + i * y.step;
        to[0] = detail::largest_channel(from, channels);
        to[1] = reduce_add(sum) / static_cast<T>(channels);
    }
}

/// dx = dy of the mean / channels, and for the first of the largest channels dy of the maximum as well.
template <class T>
CTNN_KERNEL void channel_pool_gradient_pixels(pixels<const T> x, pixels<const T> dy, pixels<T> dx, extent count,
                                              extent channels) {
    for (extent i = 0; i < count; ++i) {
        const T *from = x.data + i * x.step, *gradient = dy.data + i * dy.step;
        T* to = dx.data + i * dx.step;
        const vec<T> mean(gradient[1] / static_cast<T>(channels));
        for_each_channel_vector<T>(channels, [&](extent c, auto, auto write) { write(to + c, mean); });
        const T largest = detail::largest_channel(from, channels);
        extent c = 0;
        while (c + 1 < channels && from[c] != largest && from[c] == from[c]) ++c;
        to[c] += gradient[0];
    }
}

namespace detail {
/// A view as if it had other channels: views are walked together by their pixels, but must have one shape.
template <class T>
batch_view<T> with_channels(batch_view<T> view, extent channels) {
    view.shape = view.shape.with_channels(channels);
    return view;
}
}  // namespace detail

/// For a whole batch of any layout.
template <class T>
void channel_pool_forward(const batch_view<const T>& x, const batch_view<T>& y, extent threads) {
    for_each_pixels(
        threads,
        [&](extent, extent count, pixels<const T> from, pixels<T> to) {
            channel_pool_pixels(from, to, count, x.shape.channels());
        },
        x, detail::with_channels(y, x.shape.channels()));
}

/// Its gradient, from the input.
template <class T>
void channel_pool_backward(const batch_view<const T>& x, const batch_view<const T>& dy, const batch_view<T>& dx,
                           extent threads) {
    for_each_pixels(
        threads,
        [&](extent, extent count, pixels<const T> input, pixels<const T> from, pixels<T> to) {
            channel_pool_gradient_pixels(input, from, to, count, x.shape.channels());
        },
        x, detail::with_channels(dy, x.shape.channels()), dx);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
