// SPDX-License-Identifier: MIT
/// \file
/// Inference reads the caller's input where it lies, and writes its output where the caller wants it.
#pragma once

#include "ctnn/graph/schedule.hpp"
#include "ctnn/graph/table.hpp"

namespace ctnn::detail {

/// Before sharing: the row of an input need not copy it if nobody wants a border of zeros around it or writes over it.
/// Rows that would work in place find no memory of theirs to share, and take other.
template <int Rows, int Values>
constexpr void borrow_inputs(schedule<Rows, Values>& s, const table<Rows, Values>& t) {
    for (int row = 0; row < Rows && t.rows[row].what == kind::input; ++row) {
        const int value = t.rows[row].result;
        bool copied = s.bordered(value) || t.output == value;
        for (int i = row + 1; i < Rows; ++i)  // a flattened or concatenated input is copied once, by its row
            copied = copied || (t.rows[i].input[0] == value &&
                                (t.rows[i].what == kind::reshape || t.rows[i].what == kind::place));
        if (copied) continue;
        s.buffers[value].memory = owner::caller_input;
        s.buffers[value].channel = t.rows[row].channel;
        s.tasks[row].elided = true;
    }
}

/// After sharing: the storage of the output is the caller's if it holds as many elements, without a gap. Members of
/// another size would be slices or wholes of it.
template <int Rows, int Values>
constexpr void lend_output(schedule<Rows, Values>& s, const table<Rows, Values>& t) {
    const int root = s.root(t.output);
    if (s.external(root) || s.bordered(root)) return;
    for (int b = 0; b < Values; ++b)
        if (s.root(b) == root && s.buffers[b].shape.size() != t.values[t.output].size()) return;
    s.buffers[root].memory = owner::caller_output;
}

}  // namespace ctnn::detail
