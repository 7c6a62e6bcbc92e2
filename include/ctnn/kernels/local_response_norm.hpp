// SPDX-License-Identifier: MIT
/// \file
/// Local response normalization of every pixel over neighboring channels, forwards and backwards.
#pragma once

#include <cmath>

#include "ctnn/kernels/batch_norm.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// y = x / (additive + alpha mean of x^2)^beta, the mean over `size` channels, size / 2 of them in front.
struct response_rule {
    extent size;
    double alpha, beta, additive;
};

namespace detail {

/// One row of temporary numbers of a pixel: its channels, `size` - 1 zeros around them, and the lanes of a vector.
[[nodiscard]] constexpr extent response_row(extent channels, extent size) { return channels + size - 1 + 16; }

/// p^-beta: by square roots for the exponents that are in use, else a lane at a time.
template <class T>
CTNN_INLINE vec<T> inverse_power(vec<T> p, T beta) {
    const vec<T> one = T(1);
    if (beta == T(0.75)) return one / (sqrt(p) * sqrt(sqrt(p)));
    if (beta == T(0.5)) return one / sqrt(p);
    if (beta == T(1)) return one / p;
    T lane[static_cast<unsigned long>(lanes<T>)];
    store(lane, p);
    for (T& value : lane) value = std::pow(value, -beta);
    return load(static_cast<const T*>(lane));
}

/// additive + alpha mean of x^2 around the channels from c on, of squares that begin size / 2 zeros before channel 0.
template <class T>
CTNN_INLINE vec<T> response(const T* squares, extent c, extent size, T share, T additive) {
    vec<T> sum = T(0);
    for (extent j = 0; j < size; ++j) sum += load(squares + c + j);
    return fma(sum, vec<T>(share), vec<T>(additive));
}

/// The squares of a pixel, behind `before` zeros that are there already.
template <class T>
CTNN_INLINE void square_pixel(const T* x, extent channels, extent before, T* squares) {
    for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
        write(squares + before + c, read(x + c) * read(x + c));
    });
}

/// x, y: `count` pixels of `channels`; y may be x.
/// \param rows  response_row(channels, size) numbers, zero around the channels
template <class T>
CTNN_KERNEL void response_pixels(pixels<const T> x, pixels<T> y, extent count, extent channels,
                                 const response_rule& rule, T* rows) {
    const T share = static_cast<T>(rule.alpha / static_cast<double>(rule.size));
    const T beta = static_cast<T>(rule.beta), additive = static_cast<T>(rule.additive);
    for (extent i = 0; i < count; ++i) {
        const T* from = x.data + i * x.step;
        T* to = y.data + i * y.step;
        square_pixel(from, channels, rule.size / 2, rows);
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            const vec<T> p = response<T>(rows, c, rule.size, share, additive);
            write(to + c, read(from + c) * inverse_power(p, beta));
        });
    }
}

/// x, dy, dx: `count` pixels of `channels`. With p = additive + alpha mean of x^2,
/// dx = dy p^-beta - 2 alpha beta / size x (sum of dy x p^(-beta - 1) over the channels that it is a neighbor of); dx
/// may be dy.
/// \param rows  three times response_row(channels, size) numbers, zero around the channels
template <class T>
CTNN_KERNEL void response_gradient_pixels(pixels<const T> x, pixels<const T> dy, pixels<T> dx, extent count,
                                          extent channels, const response_rule& rule, T* rows) {
    const extent row = response_row(channels, rule.size), behind = (rule.size - 1) / 2;
    T *squares = rows, *products = rows + row, *powers = products + row;
    const T share = static_cast<T>(rule.alpha / static_cast<double>(rule.size));
    const T beta = static_cast<T>(rule.beta), additive = static_cast<T>(rule.additive);
    const vec<T> slope = T(-2) * share * beta;
    for (extent i = 0; i < count; ++i) {
        const T *input = x.data + i * x.step, *from = dy.data + i * dy.step;
        T* to = dx.data + i * dx.step;
        square_pixel(input, channels, rule.size / 2, squares);
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            const vec<T> p = response<T>(squares, c, rule.size, share, additive), power = inverse_power(p, beta);
            write(powers + c, power);
            write(products + behind + c, read(from + c) * read(input + c) * power / p);
        });
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            vec<T> sum = T(0);
            for (extent j = 0; j < rule.size; ++j) sum += load(static_cast<const T*>(products) + c + j);
            write(to + c, fma(read(from + c), read(powers + c), slope * read(input + c) * sum));
        });
    }
}

/// Calls body(rows, piece's pixels...) for the pieces of a batch, each with zeroed rows of its own.
template <class T, class Body, class... Views>
void for_each_response_piece(const dims& shape, extent batch, extent size, T* scratch, extent threads, const Body& body,
                             const Views&... views) {
    const extent total = batch * shape.positions(), rows = 3 * response_row(shape.channels(), size);
    const extent step = piece_size(total);
    parallel_for(piece_count(total), threads_for(batch * shape.size(), threads), [&](extent i) {
        T* mine = scratch + i * rows;
        for (extent j = 0; j < rows; ++j) mine[j] = 0;
        walk_pixels(
            i * step, i * step + piece_pixels(total, i),
            [&](extent, extent count, auto... p) { body(mine, count, p...); }, views...);
    });
}

}  // namespace detail

/// Numbers of scratch memory that both directions need.
[[nodiscard]] constexpr extent local_response_scratch(extent channels, extent size) {
    return detail::sum_pieces * 3 * detail::response_row(channels, size);
}

/// The normalization of a whole batch of any layout; y may be x.
template <class T>
void local_response_forward(const batch_view<const T>& x, const batch_view<T>& y, const response_rule& rule, T* scratch,
                            extent threads) {
    const extent channels = x.shape.channels();
    detail::for_each_response_piece(
        x.shape, x.count, rule.size, scratch, threads,
        [&](T* rows, extent count, pixels<const T> from, pixels<T> to) {
            detail::response_pixels<T>(from, to, count, channels, rule, rows);
        },
        x, y);
}

/// Its gradient, from the input; dx may be dy.
template <class T>
void local_response_backward(const batch_view<const T>& x, const batch_view<const T>& dy, const batch_view<T>& dx,
                             const response_rule& rule, T* scratch, extent threads) {
    const extent channels = x.shape.channels();
    detail::for_each_response_piece(
        x.shape, x.count, rule.size, scratch, threads,
        [&](T* rows, extent count, pixels<const T> input, pixels<const T> from, pixels<T> to) {
            detail::response_gradient_pixels<T>(input, from, to, count, channels, rule, rows);
        },
        x, dy, dx);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
