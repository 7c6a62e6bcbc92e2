// SPDX-License-Identifier: MIT
/// \file
/// How pad and crop read the widths of a border.
#pragma once

#include "ctnn/core/position_options.hpp"
#include "ctnn/core/window.hpp"

namespace ctnn::detail {

/// Writes the widths into the window's before and after: numbers by place are those of both sides, before<...> and
/// after<...> say each.
[[nodiscard]] constexpr refusal place_border(const position_options& o, dims in, window& w) {
    const bool each = (o.given & (position_option::before | position_option::after)) != 0;
    if (in.rank < 2) return refusal::needs_positions;
    if (each && o.numbers.count > 0) return refusal::option_not_taken;
    if (!spread(each ? o.before : o.numbers, 0, in, w.before) || !spread(each ? o.after : o.numbers, 0, in, w.after))
        return refusal::axes_differ;
    for (int a = 0; a < 3; ++a)
        if (w.before[a] < 0 || w.after[a] < 0) return refusal::number_out_of_range;
    return refusal::none;
}

}  // namespace ctnn::detail
