// SPDX-License-Identifier: MIT
/// \file
/// Batch normalization backwards, through the statistics of the batch.
#pragma once

#include "ctnn/kernels/batch_norm.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// x, dy: `count` pixels of `channels`. Adds the sums of dy and of dy (x - mean).
template <class T>
CTNN_KERNEL void add_gradient_sums(pixels<const T> x, pixels<const T> dy, extent count, extent channels, const T* mean,
                                   T* sum, T* products) {
    for_each_block(count, channels, [&](extent first, extent size) {
        for_each_channel_group<T>(channels, [&](auto group, extent c, auto read, auto write) {
            constexpr extent vectors = static_cast<extent>(group());
            vec<T> origin[group()], s[group()], q[group()];
            kernels::unroll<vectors>([&](auto v) {
                origin[v] = read(mean + c + v * lanes<T>);
                s[v] = q[v] = T(0);
            });
            const T *input = x.data + first * x.step + c, *gradient = dy.data + first * dy.step + c;
            for (extent i = 0; i < size; ++i, input += x.step, gradient += dy.step)
                kernels::unroll<vectors>([&](auto v) {
                    const vec<T> g = read(gradient + v * lanes<T>);
                    s[v] += g;
                    q[v] = fma(read(input + v * lanes<T>) - origin[v], g, q[v]);
                });
            kernels::unroll<vectors>([&](auto v) {
                T *to_sum = sum + c + v * lanes<T>, *to_products = products + c + v * lanes<T>;
                write(to_sum, read(to_sum) + s[v]);
                write(to_products, read(to_products) + q[v]);
            });
        });
    });
}

/// x, dy, dx: `count` pixels of `channels`. dx = scale dy - (x - mean) slope - offset; dx may be dy.
template <class T>
CTNN_KERNEL void batch_norm_gradient_pixels(pixels<const T> x, pixels<const T> dy, pixels<T> dx, extent count,
                                            extent channels, const T* mean, const T* scale, const T* slope,
                                            const T* offset) {
    const extent block = pixels_at_once<T>(channels);
    for (extent first = 0; first < count; first += block) {
        const extent size = count - first < block ? count - first : block;
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            const vec<T> m = read(mean + c), a = read(scale + c), b = read(slope + c), o = read(offset + c);
            const T *input = x.data + first * x.step + c, *gradient = dy.data + first * dy.step + c;
            T* to = dx.data + first * dx.step + c;
            for (extent i = 0; i < size; ++i, input += x.step, gradient += dy.step, to += dx.step)
                write(to, fma(read(gradient), a, -fma(read(input) - m, b, o)));
        });
    }
}

}  // namespace detail

/// What backward reads of a forward pass with statistics that are constants: mean and inverse deviation (2, channels).
template <class T>
void batch_norm_constants(const T* mean, const T* variance, extent channels, double epsilon, T* saved) {
    for (extent c = 0; c < channels; ++c) {
        saved[c] = mean[c];
        saved[channels + c] = static_cast<T>(1 / std::sqrt(static_cast<double>(variance[c]) + epsilon));
    }
}

/// Gradients of a batch norm in training: with n values a channel and u = (x - mean) inverse,
/// dx = weight inverse (dy - sum(dy) / n - u sum(dy u) / n), d_weight = sum(dy u), d_bias = sum(dy).
/// \param saved      mean and inverse deviation (2, channels) of the forward pass
/// \param gradients  of weight and bias (2, channels); added into
/// \param through    the statistics are the batch's; otherwise constants, and dx = weight inverse dy
/// \param scratch    batch_norm_scratch(channels) numbers
/// dx may be dy, and may be absent (null).
template <class T>
void batch_norm_backward(const batch_view<const T>& x, const batch_view<const T>& dy, const batch_view<T>& dx,
                         const T* weight, const T* saved, T* gradients, bool through, T* scratch, extent threads) {
    const extent channels = x.shape.channels(), total = x.count * x.shape.positions();
    const extent size = detail::piece_size(total), pieces = detail::piece_count(total);
    const T *mean = saved, *inverse = saved + channels;
    parallel_for(pieces, threads, [&](extent i) {
        T *sum = scratch + 2 * i * channels, *products = sum + channels;
        for (extent c = 0; c < 2 * channels; ++c) sum[c] = 0;
        walk_pixels(
            i * size, i * size + detail::piece_pixels(total, i),
            [&](extent, extent count, pixels<const T> input, pixels<const T> gradient) {
                detail::add_gradient_sums<T>(input, gradient, count, channels, mean, sum, products);
            },
            x, dy);
    });
    T *scale = scratch + 2 * detail::sum_pieces * channels, *slope = scale + channels, *offset = slope + channels;
    const double n = static_cast<double>(total);
    for (extent c = 0; c < channels; ++c) {
        double sum = 0, products = 0;
        for (extent i = 0; i < pieces; ++i) {
            sum += static_cast<double>(scratch[2 * i * channels + c]);
            products += static_cast<double>(scratch[(2 * i + 1) * channels + c]);
        }
        const double inverse_c = static_cast<double>(inverse[c]), scale_c = static_cast<double>(weight[c]) * inverse_c;
        gradients[c] += static_cast<T>(products * inverse_c);
        gradients[channels + c] += static_cast<T>(sum);
        scale[c] = static_cast<T>(scale_c);
        slope[c] = through ? static_cast<T>(scale_c * inverse_c * inverse_c * products / n) : T{0};
        offset[c] = through ? static_cast<T>(scale_c * sum / n) : T{0};
    }
    if (dx.data == nullptr) return;
    for_each_pixels(
        threads,
        [&](extent, extent count, pixels<const T> input, pixels<const T> from, pixels<T> to) {
            detail::batch_norm_gradient_pixels<T>(input, from, to, count, channels, mean, scale, slope, offset);
        },
        x, dy, dx);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
