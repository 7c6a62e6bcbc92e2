// SPDX-License-Identifier: MIT
/// \file
/// The shape rule that upsample and resize share.
#pragma once

#include "ctnn/core/window.hpp"
#include "ctnn/kernels/resample.hpp"

namespace ctnn {

namespace detail {

template <auto... Options>
inline constexpr bool has_numbers = read_position_options<Options...>().numbers.count > 0;

template <auto... Options>
inline constexpr sampling sampling_of = [] {
    const position_options o = read_position_options<Options...>();
    return !o.linear ? sampling::nearest : o.aligned ? sampling::aligned : sampling::linear;
}();

/// The numbers given by place are factors of the input's extents, or the output's extents.
template <auto... Options>
[[nodiscard]] constexpr outcome lower_resampling(dims in, const char* layer, bool factors) {
    constexpr position_options o = read_position_options<Options...>();
    constexpr sampling rule = sampling_of<Options...>;
    if (!o.taken(position_option::interpolation | position_option::alignment) || (o.aligned && !o.linear))
        return refusal::option_not_taken;
    if (in.rank < 2) return refusal::needs_positions;
    extent number[3]{};
    if (!spread(o.numbers, 1, in, number)) return refusal::axes_differ;
    operation row = make_operation(kind::custom, layer, in, in);
    row.windowed = true;
    for (extent a = in.first_axis(); a < 3; ++a) {
        if (number[a] < 1) return refusal::number_out_of_range;
        row.out.axis[a] = factors ? number[a] * in.axis[a] : number[a];
        row.window.stride[a] = in.axis[a] > row.out.axis[a] ? in.axis[a] / row.out.axis[a] : 1;
        if (rule != sampling::nearest && row.out.axis[a] != in.axis[a]) row.window.kernel[a] = 2;  // it sees so many
    }
    const auto factor = [&](int a, extent times) { return row.out.axis[a] == times * in.axis[a]; };
    row.doubles = rule == sampling::nearest && factor(1, 2) && factor(2, 2) && (factor(0, 1) || factor(0, 2));
    row.alpha = static_cast<double>(rule);  // what networks are told apart by
    row.scratch = rule == sampling::nearest && factors ? 0 : kernels::resample_scratch(row.out);
    return row;
}

}  // namespace detail

}  // namespace ctnn
