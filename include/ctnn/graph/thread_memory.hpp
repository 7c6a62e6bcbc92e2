// SPDX-License-Identifier: MIT
/// \file
/// Temporary memory that every thread needs for itself.
#pragma once

#include "ctnn/graph/table.hpp"
#include "ctnn/layers/convolution_algorithm.hpp"

namespace ctnn::detail {

/// Elements of temporary memory that a thread needs for any row, in an engine or in training.
template <int Rows, int Values>
constexpr extent largest_thread_scratch(const table<Rows, Values>& t, bool training) {
    extent most = 0;
    for (const operation& row : t.rows) {
        const extent needed = row.what == kind::convolution ? thread_scratch(row, training) : row.thread_scratch;
        if (needed > most) most = needed;
    }
    return round_up(most);
}

}  // namespace ctnn::detail
