// SPDX-License-Identifier: MIT
/// \file
/// The shape rule that max_pool and avg_pool share.
#pragma once

#include "ctnn/core/window.hpp"

namespace ctnn {

namespace detail {

/// Places a pool's window: 2 wide where nothing is said, stride as the window, and padding of at most half of it, so
/// that no window lies in the padding alone.
template <auto... Options>
[[nodiscard]] constexpr outcome lower_pool(dims in, const char* layer, unsigned also_taken) {
    constexpr layer_options o = read_options<Options...>();
    const unsigned taken = option::kernel | option::stride | option::padding | also_taken;
    if (o.repeated || (o.given & ~taken) != 0) return refusal::option_not_taken;
    const placed_window placed = place_window(o, in, 2, 0);
    if (placed.why != refusal::none) return placed.why;
    if (!o.same)
        for (int a = 0; a < 3; ++a)
            if (2 * placed.window.before[a] > placed.window.kernel[a]) return refusal::number_out_of_range;
    operation row{.layer = layer, .in = in, .out = placed.out};
    row.what = kind::custom;
    row.windowed = true;
    row.window = placed.window;
    // With `same` there is no choice: TensorFlow leaves padding out of averages.
    row.include_padding = o.include_padding && !o.same;
    return row;
}

/// Places one window over the whole input; the answer is a vector of the channels.
[[nodiscard]] constexpr outcome lower_global_pool(dims in, const char* layer) {
    if (in.rank < 2) return refusal::needs_positions;
    operation row{.layer = layer, .in = in, .out = make_dims(in.channels())};
    row.what = kind::custom;
    row.windowed = true;
    row.reads_mask = in.rank == 2;
    for (int a = 0; a < 3; ++a) row.window.kernel[a] = row.window.stride[a] = in.axis[a];
    return row;
}

}  // namespace detail

}  // namespace ctnn
