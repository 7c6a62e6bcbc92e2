// SPDX-License-Identifier: MIT
/// \file
/// The weights of attention themselves, for people to look at; attention never holds all of them.
#pragma once

#include "ctnn/kernels/attention.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// weights (queries, keys) = softmax(query key^T / sqrt(width)) of one head, rows that sum to 1, or are 0 where a query
/// sees no key. mask (keys): 0 where nobody sees one; null: all are seen.
template <class T>
void attention_weights(const attention_sizes& a, const attention_operands<const T>& from, const T* mask, T* weights) {
    const T scale = detail::attention_scale<T>(a.width);
    aligned_block<T> memory(2 * a.columns());
    T* row = memory.data();
    const T* hidden = detail::hide(mask, a.keys, row + a.columns());
    for (extent i = 0; i < a.queries; ++i) {
        const extent seen = a.seen(i + 1);
        for (extent j = 0; j < seen; ++j) {
            row[j] = T(0);
            for (extent c = 0; c < a.width; ++c)
                row[j] += from.query[i * from.query_step + c] * from.key[j * from.key_step + c] * scale;
        }
        const T inverse = detail::inverse_sum(detail::exponentials(row, hidden, seen, a.keys));
        for (extent j = 0; j < a.keys; ++j) weights[i * a.keys + j] = row[j] * inverse;
    }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
