// SPDX-License-Identifier: MIT
/// \file
/// The convolution.
#pragma once

#include "ctnn/core/window.hpp"
#include "ctnn/layers/convolution_code.hpp"

namespace ctnn {

/// Convolution with so many filters (as everywhere in deep learning a correlation: the kernel is not flipped).
///
///     takes    a sequence, an image or a volume; its rank follows the input
///     gives    (input + padding - (kernel - 1) * dilation - 1) / stride + 1 positions an axis, `Filters` channels
///     learns   weight (kernel..., channels / groups, Filters), filters contiguous: Keras' order; bias (Filters)
///     options  kernel (3), stride (1), dilation (1), padding or same (valid), groups (1), no_bias;
///              exact or winograd<2 or 4>: the algorithm, which the layer chooses by itself unless told
///     refuses  a vector; a kernel larger than the padded input; groups that do not divide channels and filters
///
///     using edge = ctnn::network<ctnn::shape<28, 28, 1>, ctnn::conv<8, 5, ctnn::stride<2>, ctnn::same>, ctnn::relu>;
///
/// https://keras.io/api/layers/convolution_layers/convolution2d/
template <extent Filters, auto... Options>
struct conv {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        constexpr layer_options o = read_options<Options...>();
        constexpr unsigned taken =
            option::kernel | option::stride | option::dilation | option::padding | option::groups | option::bias |
                                   option::algorithm;
        if (o.repeated || (o.given & ~taken) != 0) return refusal::option_not_taken;
        if (Filters < 1 || o.groups < 1) return refusal::number_out_of_range;
        if (o.winograd != 0 && o.winograd != 2 && o.winograd != 4) return refusal::needs_winograd_window;
        const placed_window placed = place_window(o, in, 3, 1);
        if (placed.why != refusal::none) return placed.why;
        if (in.channels() % o.groups != 0 || Filters % o.groups != 0) return refusal::groups_do_not_divide;

        operation row{.what = kind::convolution, .layer = "conv", .in = in, .out = placed.out.with_channels(Filters)};
        row.window = placed.window;
        row.groups = o.groups;
        row.backward_reads_input = true;
        const extent taps = tap_count(row.window), channels = in.channels() / o.groups;
        row.multiply_adds = row.out.positions() * taps * channels * Filters;
        parameter& weight = row.parameters[0];
        weight = {.name = "weight",
                  .rank = in.rank + 1,
                  .start = initializer::glorot_uniform,
                  .fan_in = taps * channels,
                  .fan_out = taps * Filters};
        extent next = 0;
        for (extent a = in.first_axis(); a < 3; ++a) weight.axis[next++] = row.window.kernel[a];
        weight.axis[next++] = channels;
        weight.axis[next] = Filters;
        if (o.bias) row.parameters[1] = {.name = "bias", .axis = {Filters, 1, 1, 1, 1}, .rank = 1};
        if (o.winograd != 0 && !winograd_applies(row.window, row.groups)) return refusal::needs_winograd_window;
        choose_algorithm(row, o.exact, o.winograd);
        row.scratch = convolution_scratch(row);
        return row;
    }
};

}  // namespace ctnn
