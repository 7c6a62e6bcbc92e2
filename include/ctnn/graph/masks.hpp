// SPDX-License-Identifier: MIT
/// \file
/// How the mask of a sequence travels through a network: with the values, as long as their steps stay the same.
#pragma once

#include "ctnn/core/operation.hpp"

namespace ctnn::detail {

/// Does a row give something for each step that reaches it? Class indices, a vector, are the steps of an embedding.
constexpr bool keeps_steps(const operation& row, const dims& in) {
    if (in.rank == 1) return row.what == kind::embedding || (row.what == kind::place && row.out.rank == 1);
    return row.out.rank > 1 && row.out[0] == in[0];
}
/// May absent steps reach a row? Where their number changes nobody would know any more which they are; flatten takes
/// all of them as they are.
constexpr bool takes_mask(const operation& row, const dims& in) {
    return row.reads_mask || row.what == kind::mask || row.what == kind::reshape || keeps_steps(row, in);
}
/// The mask of what a row writes: that of its first input, or of the second if they are joined step by step.
constexpr int mask_behind(const operation& row, const dims& in, int first, int second) {
    const bool joins = row.what == kind::add || row.what == kind::multiply;
    return !keeps_steps(row, in) ? -1 : first >= 0 || !joins ? first : second;
}

}  // namespace ctnn::detail
