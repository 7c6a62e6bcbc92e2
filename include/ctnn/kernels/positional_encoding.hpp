// SPDX-License-Identifier: MIT
/// \file
/// The addition of one table to every sample of a batch, and the table of sinusoids.
#pragma once

#include <cmath>

#include "ctnn/core/call.hpp"
#include "ctnn/core/threads.hpp"
#include "ctnn/kernels/channel_vectors.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// to (depth, height, width, channels): the channels are divided among the axes that `shape` has, in pairs, the last
/// axis having what is left. Of its part of n channels the even channel c holds sin(t w) of the position t along the
/// axis, and the one behind it cos(t w), w = 10000^(-c / n).
/// From position to position the angle is turned by a product of complex numbers, which adds a rounding of double each:
/// after 10,000 positions 1e-12 at most.
template <class T>
[[gnu::cold]] void write_sinusoids(T* to, const dims& shape) {
    const extent axes = shape.rank - 1, all = shape.channels(), positions = shape.positions();
    extent inner = positions;  // positions in a row along the axes behind this one
    for (extent axis = 0; axis < axes; ++axis) {
        const extent count = shape[static_cast<int>(axis)], first = all * axis / axes / 2 * 2;
        const extent part = (axis + 1 == axes ? all : all * (axis + 1) / axes / 2 * 2) - first;
        inner /= count;
        for (extent c = 0; c < part; c += 2) {
            const double w = std::pow(10000.0, -static_cast<double>(c) / static_cast<double>(part));
            const double step_sine = std::sin(w), step_cosine = std::cos(w);
            double sine = 0, cosine = 1;
            for (extent t = 0; t < count; ++t) {
                for (extent position = t * inner; position < positions; position += count * inner)
                    for (extent i = position; i < position + inner; ++i) {
                        to[i * all + first + c] = static_cast<T>(sine);
                        if (c + 1 < part) to[i * all + first + c + 1] = static_cast<T>(cosine);
                    }
                const double next = sine * step_cosine + cosine * step_sine;
                cosine = cosine * step_cosine - sine * step_sine;
                sine = next;
            }
        }
    }
}

namespace detail {
/// Pixel `i` of sample s, counted row by row.
template <class T>
[[nodiscard]] CTNN_INLINE T* pixel_at(const batch_view<T>& v, extent s, extent i) {
    const extent width = v.shape.width(), row = i / width, height = v.shape.height();
    return v.at(s, row / height, row % height, i % width);
}
}  // namespace detail

/// y = x + table for every sample; x, y: (samples, positions, channels), table: (positions, channels), or null for a
/// copy. y may be x.
template <class T>
CTNN_KERNEL void add_table(const batch_view<const T>& x, const batch_view<T>& y, const T* table, extent threads) {
    const extent positions = x.shape.positions(), channels = x.shape.channels();
    parallel_for(x.count, threads_for(x.count * x.shape.size(), threads), [&](extent s) {
        for (extent t = 0; t < positions; ++t) {
            const T* from = detail::pixel_at(x, s, t);
            T* to = detail::pixel_at(y, s, t);
            for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
                write(to + c, table == nullptr ? read(from + c) : read(from + c) + read(table + t * channels + c));
            });
        }
    });
}

/// d_table (positions, channels) += the sum of dy over the samples, in their order: each thread has positions of its
/// own.
template <class T>
CTNN_KERNEL void add_table_gradient(const batch_view<const T>& dy, T* d_table, extent threads) {
    const extent channels = dy.shape.channels();
    parallel_for(dy.shape.positions(), threads_for(dy.count * dy.shape.size(), threads), [&](extent t) {
        T* to = d_table + t * channels;
        for (extent s = 0; s < dy.count; ++s) {
            const T* from = detail::pixel_at(dy, s, t);
            for_each_channel_vector<T>(
                channels, [&](extent c, auto read, auto write) { write(to + c, read(to + c) + read(from + c)); });
        }
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
