// SPDX-License-Identifier: MIT
/// \file
/// The learned slopes of prelu, one a channel or one for all, and their gradient.
#pragma once

#include "ctnn/kernels/activation.hpp"
#include "ctnn/kernels/pixel_pieces.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// seen, from, to: `count` pixels of `channels`, slopes: (channels). to = from where seen is positive, from times the
/// channel's slope elsewhere: forwards with from = seen = x, backwards with from = dy; to may be either.
template <class T>
CTNN_KERNEL void prelu_pixels(pixels<const T> seen, pixels<const T> from, pixels<T> to, extent count, extent channels,
                              const T* slopes) {
    detail::for_each_block(count, channels, [&](extent first, extent size) {
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            const vec<T> slope = read(slopes + c), zero = T(0);
            const T *sign = seen.data + first * seen.step + c, *value = from.data + first * from.step + c;
            T* result = to.data + first * to.step + c;
            for (extent i = 0; i < size; ++i, sign += seen.step, value += from.step, result += to.step) {
                const vec<T> v = read(value);
                write(result, select(read(sign) > zero, v, v * slope));
            }
        });
    });
}

/// x, dy: `count` pixels of `channels`, sums: (channels). Adds x dy of the pixels where x is not positive.
template <class T>
CTNN_KERNEL void add_slope_sums(pixels<const T> x, pixels<const T> dy, extent count, extent channels, T* sums) {
    detail::for_each_block(count, channels, [&](extent first, extent size) {
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            const vec<T> zero = T(0);
            vec<T> sum = zero;
            const T *input = x.data + first * x.step + c, *gradient = dy.data + first * dy.step + c;
            for (extent i = 0; i < size; ++i, input += x.step, gradient += dy.step) {
                const vec<T> v = read(input);
                sum += select(v > zero, zero, v * read(gradient));
            }
            write(sums + c, read(sums + c) + sum);
        });
    });
}

/// Numbers of scratch memory that the slopes' gradient needs.
[[nodiscard]] constexpr extent prelu_scratch(extent channels) { return detail::sum_pieces * channels; }

/// y = x where it is positive, x times its slope elsewhere, for a whole batch of any layout; y may be x. There are
/// `count` slopes: 1 or the channels.
template <class T>
void prelu_forward(const batch_view<const T>& x, const batch_view<T>& y, const T* slopes, extent count,
                   extent threads) {
    const extent channels = x.shape.channels();
    if (count == 1)
        return activate<activation::leaky_relu, T>(x, y, {.alpha = static_cast<double>(slopes[0])}, threads);
    for_each_pixels(
        threads,
        [&](extent, extent pixel_count, pixels<const T> from, pixels<T> to) {
            prelu_pixels(from, from, to, pixel_count, channels, slopes);
        },
        x, y);
}

/// Adds the slopes' gradient, then overwrites dx, which may be dy and may be absent (null). The partial sums do not
/// depend on the number of threads. scratch: prelu_scratch(channels) numbers.
template <class T>
void prelu_backward(const batch_view<const T>& x, const batch_view<const T>& dy, const batch_view<T>& dx,
                    const T* slopes, extent count, T* gradients, T* scratch, extent threads) {
    const extent channels = x.shape.channels(), total = x.count * x.shape.positions();
    const extent size = detail::piece_size(total), pieces = detail::piece_count(total);
    parallel_for(pieces, threads, [&](extent i) {
        T* sums = scratch + i * channels;
        for (extent c = 0; c < channels; ++c) sums[c] = 0;
        walk_pixels(
            i * size, i * size + detail::piece_pixels(total, i),
            [&](extent, extent pixel_count, pixels<const T> input, pixels<const T> gradient) {
                add_slope_sums(input, gradient, pixel_count, channels, sums);
            },
            x, dy);
    });
    double all = 0;
    for (extent c = 0; c < channels; ++c) {
        double sum = 0;
        for (extent i = 0; i < pieces; ++i) sum += static_cast<double>(scratch[i * channels + c]);
        if (count != 1) gradients[c] += static_cast<T>(sum);
        all += sum;
    }
    if (count == 1) gradients[0] += static_cast<T>(all);
    if (dx.data == nullptr) return;
    if (count == 1)
        return activation_gradient<activation::leaky_relu, T>(x, dy, dx, {.alpha = static_cast<double>(slopes[0])},
                                                              threads);
    for_each_pixels(
        threads,
        [&](extent, extent pixel_count, pixels<const T> input, pixels<const T> from, pixels<T> to) {
            prelu_pixels(input, from, to, pixel_count, channels, slopes);
        },
        x, dy, dx);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
