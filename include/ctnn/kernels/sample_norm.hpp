// SPDX-License-Identifier: MIT
/// \file
/// Normalization of all elements of a sample together, with a weight and a bias for each of them, forwards and
/// backwards.
#pragma once

#include "ctnn/kernels/sample_moments.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// What a sample's elements are normalized by: u = (x - mean - rest) inverse, where the rounded mean lacks the rest.
/// And backwards the averages of g = dy weight and of g u.
template <class T>
struct sample_factors {
    T mean, rest, inverse, gradient, product;
};

/// One tensor of parameters as a batch in which every sample is the same memory.
template <class T>
batch_view<T> for_every_sample(T* data, const dims& shape, extent count) {
    batch_view<T> view = batch_view<T>::dense(data, shape, count);
    view.sample = 0;
    return view;
}

/// x, y: `count` pixels of `channels`; weight and bias likewise. y = u weight + bias, without `biased` u weight; y may
/// be x.
template <class T>
CTNN_KERNEL void normalize_elements(pixels<const T> x, pixels<T> y, pixels<const T> weight, pixels<const T> bias,
                                    extent count, extent channels, const sample_factors<T>& f, bool biased) {
    const vec<T> mean = f.mean, rest = f.rest, inverse = f.inverse;
    for (extent i = 0; i < count; ++i)
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            const vec<T> u = (read(x.data + i * x.step + c) - mean - rest) * inverse;
            const vec<T> w = read(weight.data + i * weight.step + c);
            write(y.data + i * y.step + c, biased ? fma(u, w, read(bias.data + i * bias.step + c)) : u * w);
        });
}

/// x, dy, weight: `count` pixels of `channels`. Adds, for each channel, the sums of g = dy weight and of g (x - shift).
template <class T>
CTNN_KERNEL void add_weighted_sums(pixels<const T> x, pixels<const T> dy, pixels<const T> weight, extent count,
                                   extent channels, const T* shift, T* sum, T* products) {
    for_each_block(count, channels, [&](extent first, extent size) {
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            const vec<T> origin = read(shift + c);
            vec<T> s = T(0), q = T(0);
            for (extent i = first; i < first + size; ++i) {
                const vec<T> g = read(dy.data + i * dy.step + c) * read(weight.data + i * weight.step + c);
                s += g;
                q = fma(read(x.data + i * x.step + c) - origin, g, q);
            }
            write(sum + c, read(sum + c) + s);
            write(products + c, read(products + c) + q);
        });
    });
}

/// x, dy, dx, and likewise weight and its gradients: `count` pixels of `channels`. Adds dy u to d_weight and dy to
/// d_bias where these exist, then dx = inverse (g - average of g - u average of g u); dx may be dy.
template <class T>
CTNN_KERNEL void element_gradients(pixels<const T> x, pixels<const T> dy, pixels<T> dx, pixels<const T> weight,
                                   pixels<T> d_weight, pixels<T> d_bias, extent count, extent channels,
                                   const sample_factors<T>& f) {
    const vec<T> mean = f.mean, rest = f.rest, inverse = f.inverse, gradient = f.gradient, product = f.product;
    for (extent i = 0; i < count; ++i)
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            const vec<T> u = (read(x.data + i * x.step + c) - mean - rest) * inverse;
            const vec<T> from = read(dy.data + i * dy.step + c);
            T* to_weight = d_weight.data + i * d_weight.step + c;
            write(to_weight, fma(from, u, read(to_weight)));
            if (d_bias.data != nullptr) {
                T* to_bias = d_bias.data + i * d_bias.step + c;
                write(to_bias, read(to_bias) + from);
            }
            if (dx.data != nullptr) {
                const vec<T> g = fma(from, read(weight.data + i * weight.step + c), -gradient);
                write(dx.data + i * dx.step + c, (g - u * product) * inverse);
            }
        });
}

}  // namespace detail

/// x, y: a batch of any layout. y = (x - mean) / sqrt(variance + epsilon) weight + bias, with the mean and the biased
/// variance of each sample; y may be x.
/// \param weight, bias  of the shape of a sample, without gaps; bias may be null
/// \param scratch       sample_wave(shape).scratch() numbers
template <class T>
void sample_norm_forward(const batch_view<const T>& x, const batch_view<T>& y, const T* weight, const T* bias,
                         double epsilon, T* scratch, extent threads) {
    const sample_wave wave(x.shape);
    const bool biased = bias != nullptr;
    const auto weights = detail::for_every_sample(weight, x.shape, x.count);
    const auto biases = detail::for_every_sample(biased ? bias : weight, x.shape, x.count);
    threads = threads_for(x.count * x.shape.size(), threads);
    wave.for_each_wave(x.count, [&](extent begin, extent count) {
        sum_samples(wave, x, begin, count, scratch, threads);
        detail::sample_factors<T> factors[detail::sum_pieces];
        for (extent s = 0; s < count; ++s) {
            const group_moments m = moments_of_group(wave, scratch, s, 0, wave.channels, epsilon);
            const T mean = static_cast<T>(m.mean);
            factors[s] = {mean, static_cast<T>(m.mean - static_cast<double>(mean)), static_cast<T>(m.inverse), 0, 0};
        }
        wave.for_each_piece(begin, count, threads, [&](extent s, extent, extent first, extent last) {
            walk_pixels(
                first, last,
                [&](extent, extent here, pixels<const T> from, pixels<T> to, pixels<const T> w, pixels<const T> b) {
                    detail::normalize_elements<T>(from, to, w, b, here, wave.channels, factors[s], biased);
                },
                x, y, weights, biases);
        });
    });
}

/// Its gradients, through the statistics.
/// \param d_weight, d_bias  of the shape of a sample, added into, sample after sample; d_bias may be null
/// \param scratch           sample_wave(shape).scratch() numbers
/// dx may be dy, and may be absent (null).
template <class T>
void sample_norm_backward(const batch_view<const T>& x, const batch_view<const T>& dy, const batch_view<T>& dx,
                          const T* weight, double epsilon, T* d_weight, T* d_bias, T* scratch, extent threads) {
    const sample_wave wave(x.shape);
    const extent channels = wave.channels;
    const double n = static_cast<double>(x.shape.size());
    const auto weights = detail::for_every_sample(weight, x.shape, x.count);
    const auto weight_gradients = detail::for_every_sample(d_weight, x.shape, x.count);
    // Who is absent is not walked: another takes its place.
    const auto bias_gradients = detail::for_every_sample(d_bias != nullptr ? d_bias : d_weight, x.shape, x.count);
    const batch_view<T> to = dx.data != nullptr ? dx : weight_gradients;
    threads = threads_for(x.count * x.shape.size(), threads);
    wave.for_each_wave(x.count, [&](extent begin, extent count) {
        sum_samples(wave, x, begin, count, scratch, threads);
        wave.for_each_piece(begin, count, threads, [&](extent s, extent piece, extent first, extent last) {
            T *sum = scratch + wave.sums(s, piece) + 2 * channels, *products = sum + channels;
            for (extent c = 0; c < 2 * channels; ++c) sum[c] = 0;
            walk_pixels(
                first, last,
                [&](extent, extent here, pixels<const T> input, pixels<const T> from, pixels<const T> w) {
                    detail::add_weighted_sums<T>(input, from, w, here, channels, scratch + wave.shift(s), sum,
                                                 products);
                },
                x, dy, weights);
        });
        detail::sample_factors<T> factors[detail::sum_pieces];
        for (extent s = 0; s < count; ++s) {
            const group_moments m = moments_of_group(wave, scratch, s, 0, channels, epsilon);
            const T mean = static_cast<T>(m.mean);
            double sum = 0, products = 0;
            for (extent c = 0; c < channels; ++c) {
                const channel_moments g = gradient_moments_of_channel(wave, scratch, s, c, m.mean);
                sum += g.sum;
                products += g.squares;
            }
            factors[s] = {mean, static_cast<T>(m.mean - static_cast<double>(mean)), static_cast<T>(m.inverse),
                          static_cast<T>(sum / n), static_cast<T>(products * m.inverse / n)};
        }
        // A piece takes its positions of all samples: every sum over samples is made by one thread, in order.
        parallel_for(wave.pieces, threads, [&](extent piece) {
            for (extent s = 0; s < count; ++s) {
                const extent first = (begin + s) * wave.positions + piece * wave.size;
                walk_pixels(
                    first, first + detail::piece_pixels(wave.positions, piece),
                    [&](extent, extent here, pixels<const T> input, pixels<const T> from, pixels<T> dx_here,
                        pixels<const T> w, pixels<T> dw, pixels<T> db) {
                        if (dx.data == nullptr) dx_here.data = nullptr;
                        if (d_bias == nullptr) db.data = nullptr;
                        detail::element_gradients<T>(input, from, dx_here, w, dw, db, here, channels, factors[s]);
                    },
                    x, dy, to, weights, weight_gradients, bias_gradients);
            }
        });
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
