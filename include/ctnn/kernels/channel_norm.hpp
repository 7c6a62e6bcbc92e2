// SPDX-License-Identifier: MIT
/// \file
/// Normalization over the channels of every pixel, forwards and backwards: by mean and variance, or by the root of the
/// mean square.
#pragma once

#include <cmath>

#include "ctnn/kernels/batch_norm.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// A channel x of a pixel is normalized to (x - mean) inverse + shift.
template <class T>
struct pixel_scaling {
    T mean, inverse, shift;
};

/// x: (channels). Centered: the variance by two passes over the pixel, which stays in the first-level cache. The mean
/// is rounded, by 5e-4 at values of 1e4, which is more than some pixels spread. So the second pass sums d = x - mean
/// too: their average is what the rounding lost, and it is taken off the variance and, as `shift`, off the results.
template <bool Centered, class T>
CTNN_INLINE pixel_scaling<T> scaling_of_pixel(const T* x, extent channels, T epsilon, const T* ones) {
    const T n = static_cast<T>(channels);
    vec<T> sum = T(0), squares = T(0);
    T mean = 0;
    if constexpr (Centered) {
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto) { sum += read(x + c); });
        mean = reduce_add(sum) / n;
        sum = T(0);
    }
    const vec<T> down = -mean;
    for_each_channel_vector<T>(channels, [&](extent c, auto read, auto) {
        if constexpr (Centered) {
            const vec<T> d = fma(down, read(ones), read(x + c));  // 0 in the lanes without a channel
            sum += d;
            squares = fma(d, d, squares);
        } else {
            squares = fma(read(x + c), read(x + c), squares);
        }
    });
    const T rest = Centered ? reduce_add(sum) / n : T(0);
    const T variance = reduce_add(squares) / n - rest * rest;
    const T inverse = 1 / std::sqrt((variance < 0 ? T(0) : variance) + epsilon);  // NaN stays NaN
    return {mean, inverse, -rest * inverse};
}

}  // namespace detail

/// x, y: `count` pixels of `channels`. y = (x - mean) / sqrt(variance + epsilon) weight + bias, or, not centered,
/// y = x / sqrt(mean of x^2 + epsilon) weight; y may be x.
template <bool Centered, class T>
CTNN_KERNEL void channel_norm_pixels(pixels<const T> x, pixels<T> y, extent count, extent channels, const T* weight,
                                     const T* bias, T epsilon) {
    T ones[static_cast<unsigned long>(lanes<T>)];
    store(ones, vec<T>(T(1)));
    for (extent i = 0; i < count; ++i) {
        const T* from = x.data + i * x.step;
        T* to = y.data + i * y.step;
        const auto [mean, inverse, shift] =
            detail::scaling_of_pixel<Centered, T>(from, channels, epsilon, static_cast<const T*>(ones));
        const vec<T> m = mean, a = inverse, o = shift;
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            if constexpr (Centered)
                write(to + c, fma(fma(read(from + c) - m, a, o), read(weight + c), read(bias + c)));
            else
                write(to + c, read(from + c) * a * read(weight + c));
        });
    }
}

/// x, dy, dx: `count` pixels of `channels`. With u the normalized x and g = dy weight,
/// dx = inverse (g - mean of g - u (mean of g u)), not centered without the mean of g. Adds the sums of dy u and of dy
/// to d_weight and d_bias. dx may be dy, and may be absent (null).
template <bool Centered, class T>
CTNN_KERNEL void channel_norm_gradient_pixels(pixels<const T> x, pixels<const T> dy, pixels<T> dx, extent count,
                                              extent channels, const T* weight, T epsilon, T* d_weight, T* d_bias) {
    T ones[static_cast<unsigned long>(lanes<T>)];
    store(ones, vec<T>(T(1)));
    const T share = 1 / static_cast<T>(channels);
    detail::for_each_block(count, channels, [&](extent first, extent size) {
        // First what each pixel of the block needs, then all its pixels for a few vectors of channels, so that the
        // sums for weight and bias stay in registers.
        struct {
            detail::pixel_scaling<T> scaling;
            T gradient, product;
        } pixel[detail::sum_block];
        for (extent i = 0; i < size; ++i) {
            const T *input = x.data + (first + i) * x.step, *from = dy.data + (first + i) * dy.step;
            const auto scaling =
                detail::scaling_of_pixel<Centered, T>(input, channels, epsilon, static_cast<const T*>(ones));
            const vec<T> m = scaling.mean, a = scaling.inverse, o = scaling.shift;
            vec<T> sum = T(0), products = T(0);
            for_each_channel_vector<T>(channels, [&](extent c, auto read, auto) {
                const vec<T> g = read(from + c) * read(weight + c);
                sum += g;
                products = fma(g, fma(read(input + c) - m, a, o), products);
            });
            pixel[i] = {scaling, Centered ? reduce_add(sum) * share : T(0), reduce_add(products) * share};
        }
        for_each_channel_group<T>(channels, [&](auto group, extent c, auto read, auto write) {
            constexpr extent vectors = static_cast<extent>(group());
            vec<T> scale[group()], s[group()], q[group()];
            kernels::unroll<vectors>([&](auto v) {
                scale[v] = read(weight + c + v * lanes<T>);
                s[v] = q[v] = T(0);
            });
            for (extent i = 0; i < size; ++i) {
                const T *input = x.data + (first + i) * x.step + c, *from = dy.data + (first + i) * dy.step + c;
                const vec<T> m = pixel[i].scaling.mean, a = pixel[i].scaling.inverse, o = pixel[i].scaling.shift;
                const vec<T> sum = pixel[i].gradient, products = pixel[i].product;
                T* to = dx.data != nullptr ? dx.data + (first + i) * dx.step + c : nullptr;
                kernels::unroll<vectors>([&](auto v) {
                    const vec<T> g = read(from + v * lanes<T>), u = fma(read(input + v * lanes<T>) - m, a, o);
                    s[v] += g;
                    q[v] = fma(g, u, q[v]);
                    if (to != nullptr) write(to + v * lanes<T>, a * (fma(g, scale[v], -sum) - u * products));
                });
            }
            kernels::unroll<vectors>([&](auto v) {
                T *to_weight = d_weight + c + v * lanes<T>, *to_bias = d_bias + c + v * lanes<T>;
                write(to_weight, read(to_weight) + q[v]);
                write(to_bias, read(to_bias) + s[v]);
            });
        });
    });
}

/// Numbers of scratch memory that the gradients of `channels` need.
[[nodiscard]] constexpr extent channel_norm_scratch(extent channels) {
    return 2 * detail::sum_pieces * channels;
}

/// The normalization of a whole batch of any layout; y may be x. `bias` is not read where it is not centered.
template <bool Centered, class T>
void channel_norm_forward(const batch_view<const T>& x, const batch_view<T>& y, const T* weight, const T* bias,
                          double epsilon, extent threads) {
    for_each_pixels(
        threads,
        [&](extent, extent count, pixels<const T> from, pixels<T> to) {
            channel_norm_pixels<Centered, T>(from, to, count, x.shape.channels(), weight, bias,
                                             static_cast<T>(epsilon));
        },
        x, y);
}

/// Its gradients. The batch is summed in pieces that no number of threads changes, and these are added in order.
/// \param d_weight, d_bias  (channels) each, added into; null where there is none
/// \param scratch           channel_norm_scratch(channels) numbers
/// dx may be dy, and may be absent (null).
template <bool Centered, class T>
void channel_norm_backward(const batch_view<const T>& x, const batch_view<const T>& dy, const batch_view<T>& dx,
                           const T* weight, double epsilon, T* d_weight, T* d_bias, T* scratch, extent threads) {
    const extent channels = x.shape.channels(), total = x.count * x.shape.positions();
    const extent size = detail::piece_size(total), pieces = detail::piece_count(total);
    parallel_for(pieces, threads_for(total * channels, threads), [&](extent i) {
        T *products = scratch + 2 * i * channels, *sum = products + channels;
        for (extent c = 0; c < 2 * channels; ++c) products[c] = 0;
        const auto body = [&](extent, extent count, pixels<const T> input, pixels<const T> from,
                              pixels<T> to = {nullptr, 0}) {
            channel_norm_gradient_pixels<Centered, T>(input, from, to, count, channels, weight,
                                                      static_cast<T>(epsilon), products, sum);
        };
        const extent first = i * size, last = first + detail::piece_pixels(total, i);
        if (dx.data != nullptr)
            walk_pixels(first, last, body, x, dy, dx);
        else
            walk_pixels(first, last, body, x, dy);
    });
    for (extent which = 0; which < 2; ++which) {
        T* to = which == 0 ? d_weight : d_bias;
        for (extent c = 0; to != nullptr && c < channels; ++c) {
            double sum = 0;
            for (extent i = 0; i < pieces; ++i) sum += static_cast<double>(scratch[(2 * i + which) * channels + c]);
            to[c] += static_cast<T>(sum);
        }
    }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
