// SPDX-License-Identifier: MIT
/// \file
/// The logarithm of softmax over the channels of every pixel, forward and backward.
#pragma once

#include <limits>

#include "ctnn/kernels/logarithm.hpp"
#include "ctnn/kernels/softmax.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// x, y: `count` pixels of `channels`. y = (x - max x) - ln(sum of e^(x - max x)), so no finite logit overflows, and
/// the sum, which is at least 1, loses nothing; y may be x.
template <class T>
CTNN_KERNEL void log_softmax_pixels(pixels<const T> x, pixels<T> y, extent count, extent channels) {
    const extent even = channels / lanes<T> * lanes<T>, rest = channels - even;
    const auto exists = first_lanes<T>(rest);
    const vec<T> zero = T(0), lowest = -std::numeric_limits<T>::infinity();
    for (extent i = 0; i < count; ++i) {
        const T* from = x.data + i * x.step;
        T* to = y.data + i * y.step;
        const vec<T> last = select(exists, load_partial(from + even, rest), lowest);
        const vec<T> largest = even != 0 ? detail::largest_of(from, channels) : reduce_max(last);
        vec<T> sum = select(exists, exp(last - largest), zero);
        for (extent c = 0; c < even; c += lanes<T>) sum += exp(load(from + c) - largest);
        const vec<T> logarithm = log1p(vec<T>(reduce_add(sum) - 1));
        for_each_channel_vector<T>(
            channels, [&](extent c, auto read, auto write) { write(to + c, (read(from + c) - largest) - logarithm); });
    }
}

/// y, dy, dx: `count` pixels of `channels`. dx = dy - e^y sum of dy; dx may be dy.
template <class T>
CTNN_KERNEL void log_softmax_gradient_pixels(pixels<const T> y, pixels<const T> dy, pixels<T> dx, extent count,
                                             extent channels) {
    for (extent i = 0; i < count; ++i) {
        const T *output = y.data + i * y.step, *from = dy.data + i * dy.step;
        T* to = dx.data + i * dx.step;
        vec<T> total = T(0);
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto) { total += read(from + c); });
        const vec<T> sum = reduce_add(total);
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            write(to + c, fma(-exp(read(output + c)), sum, read(from + c)));
        });
    }
}

/// For a whole batch of any layout; y may be x.
template <class T>
void log_softmax_forward(const batch_view<const T>& x, const batch_view<T>& y, extent threads) {
    for_each_pixels(
        threads,
        [&](extent, extent count, pixels<const T> from, pixels<T> to) {
            log_softmax_pixels(from, to, count, x.shape.channels());
        },
        x, y);
}

/// Its gradient, from the output; dx may be dy.
template <class T>
void log_softmax_backward(const batch_view<const T>& y, const batch_view<const T>& dy, const batch_view<T>& dx,
                          extent threads) {
    for_each_pixels(
        threads,
        [&](extent, extent count, pixels<const T> output, pixels<const T> from, pixels<T> to) {
            log_softmax_gradient_pixels(output, from, to, count, y.shape.channels());
        },
        y, dy, dx);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
