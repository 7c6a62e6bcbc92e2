// SPDX-License-Identifier: MIT
/// \file
/// The addition of one table to every sample of a batch of sequences, and the table of sinusoids.
#pragma once

#include <cmath>

#include "ctnn/core/call.hpp"
#include "ctnn/core/threads.hpp"
#include "ctnn/kernels/channel_vectors.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// to (tokens, width): sin(t w) in even channels c and cos(t w) in the odd ones behind them, w = 10000^(-c / width).
/// From token to token the angle is turned by a product of complex numbers, which adds a rounding of double each: after
/// 10,000 tokens 1e-12 at most.
template <class T>
[[gnu::cold]] void write_sinusoids(T* to, extent tokens, extent width) {
    for (extent c = 0; c < width; c += 2) {
        const double w = std::pow(10000.0, -static_cast<double>(c) / static_cast<double>(width));
        const double step_sine = std::sin(w), step_cosine = std::cos(w);
        double sine = 0, cosine = 1;
        for (extent t = 0; t < tokens; ++t) {
            to[t * width + c] = static_cast<T>(sine);
            if (c + 1 < width) to[t * width + c + 1] = static_cast<T>(cosine);
            const double next = sine * step_cosine + cosine * step_sine;
            cosine = cosine * step_cosine - sine * step_sine;
            sine = next;
        }
    }
}

/// y = x + table for every sample; x, y: (samples, tokens, width), table: (tokens, width), or null for a copy. y may be
/// x.
template <class T>
CTNN_KERNEL void add_table(const batch_view<const T>& x, const batch_view<T>& y, const T* table, extent threads) {
    const extent tokens = x.shape.width(), width = x.shape.channels();
    parallel_for(x.count, threads_for(x.count * x.shape.size(), threads), [&](extent s) {
        for (extent t = 0; t < tokens; ++t) {
            const T* from = x.at(s, 0, 0, t);
            T* to = y.at(s, 0, 0, t);
            for_each_channel_vector<T>(width, [&](extent c, auto read, auto write) {
                write(to + c, table == nullptr ? read(from + c) : read(from + c) + read(table + t * width + c));
            });
        }
    });
}

/// d_table (tokens, width) += the sum of dy over the samples, in their order: each thread has tokens of its own.
template <class T>
CTNN_KERNEL void add_table_gradient(const batch_view<const T>& dy, T* d_table, extent threads) {
    const extent width = dy.shape.channels();
    parallel_for(dy.shape.width(), threads_for(dy.count * dy.shape.size(), threads), [&](extent t) {
        T* to = d_table + t * width;
        for (extent s = 0; s < dy.count; ++s) {
            const T* from = dy.at(s, 0, 0, t);
            for_each_channel_vector<T>(
                width, [&](extent c, auto read, auto write) { write(to + c, read(to + c) + read(from + c)); });
        }
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
