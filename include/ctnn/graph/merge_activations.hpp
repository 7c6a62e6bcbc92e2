// SPDX-License-Identifier: MIT
/// \file
/// Activations of a training step that other rows take over: they move through memory what is in registers anyway.
#pragma once

#include "ctnn/graph/fuse.hpp"
#include "ctnn/graph/schedule.hpp"

namespace ctnn::detail {

/// Do two buffers lie at the same place with the same steps?
template <int Tasks, int Buffers>
constexpr bool same_place(const schedule<Tasks, Buffers>& s, int a, int b) {
    const location x = s.where(a), y = s.where(b);
    if (x.root != y.root || x.offset != y.offset) return false;
    for (int k = 0; k < 3; ++k)
        if (x.step[k] != y.step[k]) return false;
    return true;
}

/// For each row of a table the activation that it takes over, a row too; -1: none.
template <int Rows>
struct merged_activations {
    int forward[static_cast<std::size_t>(Rows)]{};   // of a convolution: applied before it stores
    int backward[static_cast<std::size_t>(Rows)]{};  // of a maximum pool: the relu whose gradient it applies to its own
};

/// A convolution's own result is then never seen: only the activation may read it, and backward must find what it needs
/// in the activation's output, in the same place. A pool sees relu's outputs, of which nobody else may ask for a
/// gradient: a maximum of 0 passes none on.
template <int Tasks, int Buffers, int Rows, int Values>
constexpr merged_activations<Rows> merge_activations(const schedule<Tasks, Buffers>& s, const table<Rows, Values>& t) {
    merged_activations<Rows> m;
    const uses<Values> u = count_uses(t);
    for (int i = 0; i < Rows; ++i) {
        m.forward[i] = m.backward[i] = -1;
        const operation& row = t.rows[i];
        if (row.what == kind::convolution && u.readers[row.result] == 1 && row.result != t.output) {
            const int j = u.reader[row.result];
            const operation& next = t.rows[j];
            if (next.what == kind::activation && !next.backward_reads_input && same_place(s, row.result, next.result))
                m.forward[i] = j;
        }
        if (row.what == kind::max_pool && u.readers[row.input[0]] == 1) {
            const int j = u.producer[row.input[0]];
            if (t.rows[j].what != kind::activation || t.rows[j].activation != activation::relu) continue;
            const task &pool = s.tasks[2 * Rows - i], &relu = s.tasks[2 * Rows - j];
            if (pool.writes[0] >= 0 && relu.writes[0] >= 0 && !pool.accumulate[0] && !relu.accumulate[0] &&
                same_place(s, pool.writes[0], relu.writes[0]))
                m.backward[i] = j;
        }
    }
    return m;
}

/// Marks the tasks that need not run.
template <int Tasks, int Buffers, int Rows>
constexpr void elide(schedule<Tasks, Buffers>& s, const merged_activations<Rows>& m) {
    for (int i = 0; i < Rows; ++i) {
        if (m.forward[i] >= 0) s.tasks[m.forward[i]].elided = true;
        if (m.backward[i] >= 0) s.tasks[2 * Rows - m.backward[i]].elided = true;
    }
}

/// The table with those activations in the rows that take them over.
template <int Rows, int Values>
constexpr table<Rows, Values> with_activations(table<Rows, Values> t, const merged_activations<Rows>& m) {
    for (int i = 0; i < Rows; ++i) {
        const int from = m.forward[i] >= 0 ? m.forward[i] : m.backward[i];
        if (from < 0) continue;
        t.rows[i].activation = t.rows[from].activation;
        if (m.forward[i] < 0) continue;
        t.rows[i].alpha = t.rows[from].alpha;
        t.rows[i].beta = t.rows[from].beta;
    }
    return t;
}

}  // namespace ctnn::detail
