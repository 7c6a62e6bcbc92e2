// SPDX-License-Identifier: MIT
/// \file
/// Normalization of groups of channels over the positions of each sample, forwards and backwards. A group of one
/// channel is instance normalization.
#pragma once

#include "ctnn/kernels/sample_moments.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// x, y: (batch, ..., channels), any layout. y = (x - mean) / sqrt(variance + epsilon) weight + bias, with the mean and
/// the biased variance of a sample's group, in training and outside alike; y may be x.
/// \param weight, bias  (channels) each
/// \param scratch       sample_wave(shape).scratch() numbers
template <class T>
void group_norm_forward(const batch_view<const T>& x, const batch_view<T>& y, extent groups, const T* weight,
                        const T* bias, double epsilon, T* scratch, extent threads) {
    const sample_wave wave(x.shape);
    const extent channels = wave.channels, width = channels / groups;
    threads = threads_for(x.count * x.shape.size(), threads);
    wave.for_each_wave(x.count, [&](extent begin, extent count) {
        sum_samples(wave, x, begin, count, scratch, threads);
        for (extent s = 0; s < count; ++s) {
            T *mean = scratch + wave.factors(s), *scale = mean + channels, *offset = scale + channels;
            for (extent g = 0; g < groups; ++g) {
                const group_moments m = moments_of_group(wave, scratch, s, g * width, (g + 1) * width, epsilon);
                // The mean is rounded, which at values of 1e4 is 5e-4: what is lost goes into the offset.
                const T rounded = static_cast<T>(m.mean);
                const double rest = m.mean - static_cast<double>(rounded);
                for (extent c = g * width; c < (g + 1) * width; ++c) {
                    const double scale_c = m.inverse * static_cast<double>(weight[c]);
                    mean[c] = rounded;
                    scale[c] = static_cast<T>(scale_c);
                    offset[c] = static_cast<T>(static_cast<double>(bias[c]) - rest * scale_c);
                }
            }
        }
        wave.for_each_piece(begin, count, threads, [&](extent s, extent, extent first, extent last) {
            const T* mean = scratch + wave.factors(s);
            walk_pixels(
                first, last,
                [&](extent, extent here, pixels<const T> from, pixels<T> to) {
                    detail::normalize_pixels<T>(from, to, here, channels, mean, mean + channels, mean + 2 * channels);
                },
                x, y);
        });
    });
}

/// Its gradients, through the statistics. With u the normalized x, g = dy weight and averages over the group,
/// dx = inverse (g - average of g - u average of g u), d_weight = sum of dy u, d_bias = sum of dy.
/// \param d_weight, d_bias  (channels) each, added into, sample after sample; null where there is none
/// \param scratch           sample_wave(shape).scratch() numbers
/// dx may be dy, and may be absent (null).
template <class T>
void group_norm_backward(const batch_view<const T>& x, const batch_view<const T>& dy, const batch_view<T>& dx,
                         extent groups, const T* weight, double epsilon, T* d_weight, T* d_bias, T* scratch,
                         extent threads) {
    const sample_wave wave(x.shape);
    const extent channels = wave.channels, width = channels / groups;
    const double n = static_cast<double>(wave.positions * width);
    threads = threads_for(x.count * x.shape.size(), threads);
    wave.for_each_wave(x.count, [&](extent begin, extent count) {
        sum_samples(wave, x, begin, count, scratch, threads);
        wave.for_each_piece(begin, count, threads, [&](extent s, extent piece, extent first, extent last) {
            T *sum = scratch + wave.sums(s, piece) + 2 * channels, *products = sum + channels;
            for (extent c = 0; c < 2 * channels; ++c) sum[c] = 0;
            walk_pixels(
                first, last,
                [&](extent, extent here, pixels<const T> input, pixels<const T> from) {
                    detail::add_gradient_sums<T>(input, from, here, channels, scratch + wave.shift(s), sum, products);
                },
                x, dy);
        });
        for (extent s = 0; s < count; ++s) {
            T *mean = scratch + wave.factors(s), *scale = mean + channels;
            T *slope = scale + channels, *offset = slope + channels;
            for (extent g = 0; g < groups; ++g) {
                const group_moments m = moments_of_group(wave, scratch, s, g * width, (g + 1) * width, epsilon);
                const T rounded = static_cast<T>(m.mean);
                const double rest = m.mean - static_cast<double>(rounded);
                double sum_g = 0, products_g = 0;
                for (extent c = g * width; c < (g + 1) * width; ++c) {
                    const channel_moments g_c = gradient_moments_of_channel(wave, scratch, s, c, m.mean);
                    const double sum = g_c.sum, products = g_c.squares * m.inverse;
                    if (d_weight != nullptr) d_weight[c] += static_cast<T>(products);
                    if (d_bias != nullptr) d_bias[c] += static_cast<T>(sum);
                    sum_g += static_cast<double>(weight[c]) * sum;
                    products_g += static_cast<double>(weight[c]) * products;
                }
                const double slope_g = m.inverse * m.inverse * products_g / n;
                const double offset_g = m.inverse * sum_g / n - rest * slope_g;
                for (extent c = g * width; c < (g + 1) * width; ++c) {
                    mean[c] = rounded;
                    scale[c] = static_cast<T>(m.inverse * static_cast<double>(weight[c]));
                    slope[c] = static_cast<T>(slope_g);
                    offset[c] = static_cast<T>(offset_g);
                }
            }
        }
        if (dx.data == nullptr) return;
        wave.for_each_piece(begin, count, threads, [&](extent s, extent, extent first, extent last) {
            const T* mean = scratch + wave.factors(s);
            walk_pixels(
                first, last,
                [&](extent, extent here, pixels<const T> input, pixels<const T> from, pixels<T> to) {
                    detail::batch_norm_gradient_pixels<T>(input, from, to, here, channels, mean, mean + channels,
                                                          mean + 2 * channels, mean + 3 * channels);
                },
                x, dy, dx);
        });
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
