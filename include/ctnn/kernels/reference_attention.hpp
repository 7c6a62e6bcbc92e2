// SPDX-License-Identifier: MIT
/// \file
/// Attention as its definition says it, with all scores at once: what the kernels are compared with.
#pragma once

#include <cmath>
#include <vector>

#include "ctnn/kernels/attention.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels::reference {

/// The weights (tokens, tokens) of one head: how much each query takes of each value.
template <class T>
std::vector<long double> attention_weights(const attention_sizes& a, const attention_operands<const T>& from) {
    std::vector<long double> all(static_cast<std::size_t>(a.tokens * a.tokens), 0);
    for (extent i = 0; i < a.tokens; ++i) {
        long double* p = all.data() + i * a.tokens;
        const extent seen = a.seen(i + 1);
        long double largest = -static_cast<long double>(INFINITY), sum = 0;
        for (extent j = 0; j < seen; ++j) {
            for (extent c = 0; c < a.width; ++c)
                p[j] += static_cast<long double>(from.query[i * from.step + c]) *
                        static_cast<long double>(from.key[j * from.step + c]);
            p[j] /= std::sqrt(static_cast<long double>(a.width));
            largest = p[j] > largest ? p[j] : largest;
        }
        for (extent j = 0; j < seen; ++j) sum += p[j] = std::exp(p[j] - largest);
        for (extent j = 0; j < seen; ++j) p[j] /= sum;
    }
    return all;
}

/// y (tokens, width) = weights * value.
template <class T>
void attention_forward(const attention_sizes& a, const attention_operands<const T>& from, T* y, extent y_step) {
    const std::vector<long double> p = attention_weights(a, from);
    for (extent i = 0; i < a.tokens; ++i)
        for (extent c = 0; c < a.width; ++c) {
            long double sum = 0;
            for (extent j = 0; j < a.tokens; ++j)
                sum += p[static_cast<std::size_t>(i * a.tokens + j)] *
                       static_cast<long double>(from.value[j * from.step + c]);
            y[i * y_step + c] = static_cast<T>(sum);
        }
}

/// Overwrites the gradients of queries, keys and values.
template <class T>
void attention_backward(const attention_sizes& a, const attention_operands<const T>& from, const T* dy, extent dy_step,
                        const attention_operands<T>& to) {
    const std::vector<long double> p = attention_weights(a, from);
    const auto wide = [](T value) { return static_cast<long double>(value); };
    std::vector<long double> ds(p.size(), 0);
    for (extent i = 0; i < a.tokens; ++i) {
        const std::size_t row = static_cast<std::size_t>(i * a.tokens);
        long double sum = 0;
        for (extent j = 0; j < a.tokens; ++j) {
            long double& d = ds[row + static_cast<std::size_t>(j)];
            for (extent c = 0; c < a.width; ++c) d += wide(dy[i * dy_step + c]) * wide(from.value[j * from.step + c]);
            sum += d * p[row + static_cast<std::size_t>(j)];
        }
        for (extent j = 0; j < a.tokens; ++j) {
            long double& d = ds[row + static_cast<std::size_t>(j)];
            d = p[row + static_cast<std::size_t>(j)] * (d - sum) / std::sqrt(static_cast<long double>(a.width));
        }
    }
    for (extent t = 0; t < a.tokens; ++t)
        for (extent c = 0; c < a.width; ++c) {
            long double query = 0, key = 0, value = 0;
            for (extent j = 0; j < a.tokens; ++j) {
                query += ds[static_cast<std::size_t>(t * a.tokens + j)] * wide(from.key[j * from.step + c]);
                key += ds[static_cast<std::size_t>(j * a.tokens + t)] * wide(from.query[j * from.step + c]);
                value += p[static_cast<std::size_t>(j * a.tokens + t)] * wide(dy[j * dy_step + c]);
            }
            to.query[t * to.step + c] = static_cast<T>(query);
            to.key[t * to.step + c] = static_cast<T>(key);
            to.value[t * to.step + c] = static_cast<T>(value);
        }
}

}  // namespace kernels::reference
}  // namespace CTNN_BACKEND
}  // namespace ctnn
