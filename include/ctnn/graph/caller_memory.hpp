// SPDX-License-Identifier: MIT
/// \file
/// Inference reads the caller's input where it lies, and writes its output where the caller wants it.
#pragma once

#include "ctnn/graph/schedule.hpp"
#include "ctnn/graph/table.hpp"

namespace ctnn::detail {

/// Before sharing: row 0 need not copy the input if nobody wants a border of zeros around it or writes over it. Rows
/// that would work in place find no memory of theirs to share, and take other.
template <int Rows, int Values>
constexpr void borrow_input(schedule<Rows, Values>& s, const table<Rows, Values>& t) {
    const int value = t.rows[0].result;
    if (s.bordered(value) || t.output == value) return;
    for (int i = 1; i < Rows; ++i)  // a flattened or concatenated input is copied once, by row 0
        if (t.rows[i].input[0] == value && (t.rows[i].what == kind::reshape || t.rows[i].what == kind::place)) return;
    s.buffers[value].memory = owner::caller_input;
    s.tasks[0].elided = true;
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
