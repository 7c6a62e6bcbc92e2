// SPDX-License-Identifier: MIT
/// \file
/// What is changed of an operation when it enters a network: one on a step of a sequence becomes one on all its steps
/// at once, a convolution that shall be exact takes no Winograd.
#pragma once

#include "ctnn/core/operation.hpp"
#include "ctnn/layers/convolution_code.hpp"

namespace ctnn::detail {

/// The shape of so many values, one behind the other: an image becomes a volume, a vector a sequence.
constexpr dims with_steps(dims one, extent steps) {
    one.axis[3 - one.rank] = steps;
    ++one.rank;
    return one;
}
/// The shape of one of them.
constexpr dims without_steps(dims all) {
    all.axis[4 - all.rank] = 1;
    --all.rank;
    return all;
}

/// Does an operation look at single positions, or at windows of them? Such a one does not look across a new axis.
constexpr bool repeats(const operation& row) {
    if (row.what == kind::embedding || row.in.rank > 3 || row.out.rank > 3) return false;
    return row.what != kind::custom || row.positionwise || row.windowed;
}

/// The same operation for all steps: windows are 1 wide along the new axis.
constexpr void repeat_steps(operation& row, extent steps) {
    row.in = with_steps(row.in, steps);
    row.out = with_steps(row.out, steps);
    row.multiply_adds *= steps;
    if (row.what == kind::convolution) row.scratch = convolution_scratch(row);
}

/// The same convolution without Winograd's algorithm.
constexpr void make_exact(operation& row) {
    choose_algorithm(row, true, 0);
    row.scratch = convolution_scratch(row);
}

}  // namespace ctnn::detail
