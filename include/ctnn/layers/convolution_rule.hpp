// SPDX-License-Identifier: MIT
/// \file
/// The shape rule that all layers share which are a convolution: from options and the incoming shape to the operation.
#pragma once

#include "ctnn/core/convolution_options.hpp"
#include "ctnn/core/window.hpp"
#include "ctnn/layers/convolution_code.hpp"

namespace ctnn {

/// The options that every convolution takes.
inline constexpr unsigned convolution_options = option::kernel | option::stride | option::dilation | option::padding |
                                                option::causal | option::bias | option::start;

/// The parameters of a convolution: the weight (kernel..., channels, filters), filters contiguous, and a bias.
constexpr void learn_convolution(operation& row, extent channels, extent filters, extent biases) {
    const extent taps = tap_count(row.window);
    parameter& weight = row.parameters[0];
    weight = {.name = "weight",
              .rank = row.in.rank + 1,
              .start = initializer::glorot_uniform,
              .fan_in = taps * channels,
              .fan_out = taps * filters};
    extent next = 0;
    for (extent a = row.in.first_axis(); a < 3; ++a) weight.axis[next++] = row.window.kernel[a];
    weight.axis[next++] = channels;
    weight.axis[next] = filters;
    if (biases > 0) row.parameters[1] = {.name = "bias", .axis = {biases, 1, 1, 1, 1}, .rank = 1};
}

/// A convolution with so many filters, or why it is refused. kernel 3 and stride 1 where the options say nothing.
/// \param taken the options that the layer takes, bits of `option`
[[nodiscard]] constexpr outcome lower_convolution(const char* layer, const layer_options& o, unsigned taken, dims in,
                                                  extent filters) {
    if (o.repeated || (o.given & ~taken) != 0) return refusal::option_not_taken;
    if (filters < 1 || o.groups < 1 || !start_fits(o)) return refusal::number_out_of_range;
    if (o.winograd != 0 && o.winograd != 2 && o.winograd != 4) return refusal::needs_winograd_window;
    const placed_window placed = place_window(o, in, 3, 1);
    if (placed.why != refusal::none) return placed.why;
    if (in.channels() % o.groups != 0 || filters % o.groups != 0) return refusal::groups_do_not_divide;

    operation row = make_operation(kind::convolution, layer, in, placed.out.with_channels(filters));
    row.window = placed.window;
    row.groups = o.groups;
    row.backward_reads_input = true;
    const extent channels = in.channels() / o.groups;
    row.multiply_adds = row.out.positions() * tap_count(row.window) * channels * filters;
    learn_convolution(row, channels, filters, o.bias ? filters : 0);
    row.parameters[0].begin_as(o);
    if (o.winograd != 0 && !winograd_applies(row.window, row.groups)) return refusal::needs_winograd_window;
    choose_algorithm(row, o.exact, o.winograd);
    row.scratch = convolution_scratch(row);
    return row;
}

/// A convolution of each channel by itself with o.depth_multiplier filters, or why it is refused.
[[nodiscard]] constexpr outcome lower_depthwise(layer_options o, unsigned taken, dims in) {
    o.groups = in.channels();
    o.exact = true;  // with one channel in all it is an ordinary convolution
    outcome result = lower_convolution("depthwise_conv", o, taken, in, in.channels() * o.depth_multiplier);
    parameter& weight = result.what.parameters[0];
    if (result.why != refusal::none) return result;
    const extent taps = tap_count(result.what.window);
    weight.axis[weight.rank - 2] = in.channels();
    weight.axis[weight.rank - 1] = o.depth_multiplier;
    weight.fan_in = taps * in.channels();
    weight.fan_out = taps * o.depth_multiplier;
    // Keras counts all channels, and glorot_uniform is as there; an output reads one, which He's variance depends on.
    if (weight.start != initializer::glorot_uniform) weight.fan_in = taps;
    return result;
}

}  // namespace ctnn
