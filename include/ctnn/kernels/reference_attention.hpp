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

/// The weights (queries, keys) of one head: how much each query takes of each value.
template <class T>
std::vector<long double> attention_weights(const attention_sizes& a, const attention_operands<const T>& from,
                                           const T* mask = nullptr) {
    std::vector<long double> all(static_cast<std::size_t>(a.queries * a.keys), 0);
    for (extent i = 0; i < a.queries; ++i) {
        long double* p = all.data() + i * a.keys;
        const extent seen = a.seen(i + 1);
        const auto hidden = [&](extent j) { return mask != nullptr && mask[j] == T(0); };
        long double largest = -static_cast<long double>(INFINITY), sum = 0;
        for (extent j = 0; j < seen; ++j) {
            if (hidden(j)) continue;
            for (extent c = 0; c < a.width; ++c)
                p[j] += static_cast<long double>(from.query[i * from.query_step + c]) *
                        static_cast<long double>(from.key[j * from.key_step + c]);
            p[j] /= std::sqrt(static_cast<long double>(a.width));
            largest = p[j] > largest ? p[j] : largest;
        }
        for (extent j = 0; j < seen; ++j)
            if (!hidden(j)) sum += p[j] = std::exp(p[j] - largest);
        for (extent j = 0; j < seen; ++j)
            if (!hidden(j)) p[j] /= sum;
    }
    return all;
}

/// y (queries, width) = weights * value. mask (keys): 0 where nobody sees a key, or null.
template <class T>
void attention_forward(const attention_sizes& a, const attention_operands<const T>& from, T* y, extent y_step,
                       const T* mask = nullptr) {
    const std::vector<long double> p = attention_weights(a, from, mask);
    for (extent i = 0; i < a.queries; ++i)
        for (extent c = 0; c < a.width; ++c) {
            long double sum = 0;
            for (extent j = 0; j < a.keys; ++j)
                sum += p[static_cast<std::size_t>(i * a.keys + j)] *
                       static_cast<long double>(from.value[j * from.key_step + c]);
            y[i * y_step + c] = static_cast<T>(sum);
        }
}

/// Overwrites the gradients of queries, keys and values.
template <class T>
void attention_backward(const attention_sizes& a, const attention_operands<const T>& from, const T* dy, extent dy_step,
                        const attention_operands<T>& to, const T* mask = nullptr) {
    const std::vector<long double> p = attention_weights(a, from, mask);
    const auto wide = [](T value) { return static_cast<long double>(value); };
    std::vector<long double> ds(p.size(), 0);
    for (extent i = 0; i < a.queries; ++i) {
        const std::size_t row = static_cast<std::size_t>(i * a.keys);
        long double sum = 0;
        for (extent j = 0; j < a.keys; ++j) {
            long double& d = ds[row + static_cast<std::size_t>(j)];
            for (extent c = 0; c < a.width; ++c)
                d += wide(dy[i * dy_step + c]) * wide(from.value[j * from.key_step + c]);
            sum += d * p[row + static_cast<std::size_t>(j)];
        }
        for (extent j = 0; j < a.keys; ++j) {
            long double& d = ds[row + static_cast<std::size_t>(j)];
            d = p[row + static_cast<std::size_t>(j)] * (d - sum) / std::sqrt(static_cast<long double>(a.width));
        }
    }
    for (extent i = 0; i < a.queries; ++i)
        for (extent c = 0; c < a.width; ++c) {
            long double query = 0;
            for (extent j = 0; j < a.keys; ++j)
                query += ds[static_cast<std::size_t>(i * a.keys + j)] * wide(from.key[j * from.key_step + c]);
            to.query[i * to.query_step + c] = static_cast<T>(query);
        }
    for (extent j = 0; j < a.keys; ++j)
        for (extent c = 0; c < a.width; ++c) {
            long double key = 0, value = 0;
            for (extent i = 0; i < a.queries; ++i) {
                key += ds[static_cast<std::size_t>(i * a.keys + j)] * wide(from.query[i * from.query_step + c]);
                value += p[static_cast<std::size_t>(i * a.keys + j)] * wide(dy[i * dy_step + c]);
            }
            to.key[j * to.key_step + c] = static_cast<T>(key);
            to.value[j * to.key_step + c] = static_cast<T>(value);
        }
}

}  // namespace kernels::reference
}  // namespace CTNN_BACKEND
}  // namespace ctnn
