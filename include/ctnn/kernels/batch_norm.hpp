// SPDX-License-Identifier: MIT
/// \file
/// Batch normalization forwards: statistics of a batch, running statistics, and the normalization itself.
#pragma once

#include <cmath>

#include "ctnn/kernels/channel_vectors.hpp"
#include "ctnn/kernels/pixel_pieces.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// Pixels at the beginning of a piece whose average all its values are measured from.
inline constexpr extent batch_norm_sampled = 16;

/// x: `count` pixels of `channels`. mean = their average.
template <class T>
CTNN_KERNEL void average_of_pixels(pixels<const T> x, extent count, extent channels, T* mean) {
    for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
        vec<T> sum = T(0);
        for (extent i = 0; i < count; ++i) sum += read(x.data + i * x.step + c);
        write(mean + c, sum / vec<T>(static_cast<T>(count)));
    });
}

/// x: `count` pixels of `channels`. Adds the sums of d = x - shift and of d^2.
template <class T>
CTNN_KERNEL void add_moments(pixels<const T> x, extent count, extent channels, const T* shift, T* sum, T* squares) {
    for_each_block(count, channels, [&](extent first, extent size) {
        for_each_channel_group<T>(channels, [&](auto group, extent c, auto read, auto write) {
            constexpr extent vectors = static_cast<extent>(group());
            vec<T> origin[group()], s[group()], q[group()];
            kernels::unroll<vectors>([&](auto v) {
                origin[v] = read(shift + c + v * lanes<T>);
                s[v] = q[v] = T(0);
            });
            const T* from = x.data + first * x.step + c;
            for (extent i = 0; i < size; ++i, from += x.step)
                kernels::unroll<vectors>([&](auto v) {
                    const vec<T> d = read(from + v * lanes<T>) - origin[v];
                    s[v] += d;
                    q[v] = fma(d, d, q[v]);
                });
            kernels::unroll<vectors>([&](auto v) {
                T *to_sum = sum + c + v * lanes<T>, *to_squares = squares + c + v * lanes<T>;
                write(to_sum, read(to_sum) + s[v]);
                write(to_squares, read(to_squares) + q[v]);
            });
        });
    });
}

/// How many pixels an elementwise loop takes for one vector of channels before it turns to the next vector: few
/// channels keep their factors in registers, many are read in the order of memory.
template <class T>
[[nodiscard]] constexpr extent pixels_at_once(extent channels) {
    return channels <= 4 * lanes<T> ? sum_block : 1;
}

/// x, y: `count` pixels of `channels`. y = (x - mean) scale + bias; y may be x.
template <class T>
CTNN_KERNEL void normalize_pixels(pixels<const T> x, pixels<T> y, extent count, extent channels, const T* mean,
                                  const T* scale, const T* bias) {
    const extent block = pixels_at_once<T>(channels);
    for (extent first = 0; first < count; first += block) {
        const extent size = count - first < block ? count - first : block;
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            const vec<T> m = read(mean + c), a = read(scale + c), b = read(bias + c);
            const T* from = x.data + first * x.step + c;
            T* to = y.data + first * y.step + c;
            for (extent i = 0; i < size; ++i, from += x.step, to += y.step) write(to, fma(read(from) - m, a, b));
        });
    }
}

}  // namespace detail

/// Numbers of scratch memory that statistics and gradients of `channels` need.
[[nodiscard]] constexpr extent batch_norm_scratch(extent channels) {
    return (3 * detail::sum_pieces + 3) * channels;
}

/// Means and variances of every channel over samples and positions; x: (batch, ..., channels).
///
/// Each piece of the batch sums d = x - shift and d^2, where shift is the average of its first pixels: the cancellation
/// in sum d^2 - (sum d)^2 / n then loses at most a factor of (pixels of the piece) / (pixels averaged), even where the
/// mean is a million times the deviation. The pieces are joined in double.
/// \param state       running mean and variance (2, channels), moved towards the batch's as PyTorch does, with the
///                    unbiased variance
/// \param saved       mean and 1 / sqrt(variance + epsilon) (2, channels)
/// \param scratch     batch_norm_scratch(channels) numbers
template <class T>
void batch_norm_statistics(const batch_view<const T>& x, double epsilon, double momentum, T* state, T* saved,
                           T* scratch, extent threads) {
    const extent channels = x.shape.channels(), total = x.count * x.shape.positions();
    const extent size = detail::piece_size(total), pieces = detail::piece_count(total);
    parallel_for(pieces, threads, [&](extent i) {
        T *shift = scratch + 3 * i * channels, *sum = shift + channels, *squares = sum + channels;
        for (extent c = 0; c < 2 * channels; ++c) sum[c] = 0;
        const extent first = i * size, last = first + detail::piece_pixels(total, i);
        bool begun = false;
        walk_pixels(
            first, last,
            [&](extent, extent count, pixels<const T> p) {
                if (!begun) {
                    const extent sampled = count < detail::batch_norm_sampled ? count : detail::batch_norm_sampled;
                    detail::average_of_pixels(p, sampled, channels, shift);
                }
                begun = true;
                detail::add_moments(p, count, channels, shift, sum, squares);
            },
            x);
    });
    const double n = static_cast<double>(total);
    double in_piece[detail::sum_pieces], share[detail::sum_pieces];
    for (extent i = 0; i < pieces; ++i) {
        in_piece[i] = static_cast<double>(detail::piece_pixels(total, i));
        share[i] = 1 / in_piece[i];
    }
    for (extent c = 0; c < channels; ++c) {
        const auto part = [&](extent i, extent which) {
            return static_cast<double>(scratch[(3 * i + which) * channels + c]);
        };
        double mean = 0, squares = 0;
        for (extent i = 0; i < pieces; ++i) mean += part(i, 0) * in_piece[i] + part(i, 1);
        mean /= n;
        for (extent i = 0; i < pieces; ++i) {
            const double sum = part(i, 1), away = part(i, 0) + sum * share[i] - mean;
            squares += part(i, 2) - sum * sum * share[i] + in_piece[i] * away * away;
        }
        const double variance = squares > 0 || squares != squares ? squares / n : 0;  // NaN stays NaN
        saved[c] = static_cast<T>(mean);
        saved[channels + c] = static_cast<T>(1 / std::sqrt(variance + epsilon));
        const double unbiased = total > 1 ? variance * n / (n - 1) : variance;
        state[c] = static_cast<T>((1 - momentum) * static_cast<double>(state[c]) + momentum * mean);
        state[channels + c] =
            static_cast<T>((1 - momentum) * static_cast<double>(state[channels + c]) + momentum * unbiased);
    }
}

/// y = (x - mean) / sqrt(variance + epsilon) weight + bias for a whole batch of any layout; y may be x.
/// \param inverse   1 / sqrt(variance + epsilon) of every channel, or null: then `variance` holds variances
/// \param scratch   `channels` numbers
template <class T>
void batch_norm_normalize(const batch_view<const T>& x, const batch_view<T>& y, const T* weight, const T* bias,
                          const T* mean, const T* variance, const T* inverse, double epsilon, T* scratch,
                          extent threads) {
    const extent channels = x.shape.channels();
    for (extent c = 0; c < channels; ++c)
        scratch[c] = inverse != nullptr ? weight[c] * inverse[c]
                                        : static_cast<T>(static_cast<double>(weight[c]) /
                                                         std::sqrt(static_cast<double>(variance[c]) + epsilon));
    for_each_pixels(
        threads,
        [&](extent, extent count, pixels<const T> from, pixels<T> to) {
            detail::normalize_pixels<T>(from, to, count, channels, mean, scratch, bias);
        },
        x, y);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
