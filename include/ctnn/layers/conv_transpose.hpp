// SPDX-License-Identifier: MIT
/// \file
/// The transposed convolution.
#pragma once

#include "ctnn/layers/convolution_rule.hpp"

namespace ctnn {

/// Transposed convolution with so many filters: the gradient of a convolution's input, taken as a layer. Each input
/// adds its multiple of the kernel to the output; kernels of neighbors lie `stride` apart.
///
///     takes    a sequence, an image or a volume; its rank follows the input
///     gives    (input - 1) * stride - 2 * padding + (kernel - 1) * dilation + output_padding + 1 positions an axis, or
///              with same input * stride; `Filters` channels
///     learns   weight (kernel..., Filters / groups, channels), channels contiguous: Keras' order; bias (Filters)
///     options  kernel (3), stride (1), dilation (1), padding or same (valid), output_padding (0), groups (1), no_bias;
///              how the weight begins (glorot_uniform), see core/initializer.hpp
///     costs    kernel * channels * Filters / groups multiply-adds for each input: outputs whose distance is the stride
///              are one dense correlation of the input with their share of the taps, and no zero is inserted; in an
///              engine it takes up the batch norm, addition and activation that follow
///     refuses  a vector; groups that do not divide channels and filters; an output_padding that is as large as stride
///              and dilation, or beside same; a padding that leaves no output
///
///     using up = ctnn::network<ctnn::shape<16, 16, 64>, ctnn::conv_transpose<32, 2, ctnn::stride<2>>, ctnn::relu>;
///
/// Where a stride is larger than the kernel, the output ends with the last kernel, as PyTorch's does; Keras' valid
/// padding goes on to input * stride. https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html,
/// https://keras.io/api/layers/convolution_layers/convolution2d_transpose/
template <extent Filters, auto... Options>
struct conv_transpose {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        constexpr layer_options o = read_options<Options...>();
        constexpr unsigned taken = option::kernel | option::stride | option::dilation | option::padding |
                                   option::output_padding | option::groups | option::bias | option::start;
        if (o.repeated || (o.given & ~taken) != 0) return refusal::option_not_taken;
        if (o.same && o.output_padding.count != 0) return refusal::option_not_taken;
        if (Filters < 1 || o.groups < 1 || !start_fits(o)) return refusal::number_out_of_range;
        const placed_window placed = place_transposed_window(o, in, 3);
        if (placed.why != refusal::none) return placed.why;
        if (in.channels() % o.groups != 0 || Filters % o.groups != 0) return refusal::groups_do_not_divide;

        operation row = make_operation(kind::convolution, "conv_transpose", in, placed.out.with_channels(Filters));
        row.window = placed.window;
        row.groups = o.groups;
        row.transposed = true;
        row.backward_reads_input = true;
        row.multiply_adds = in.positions() * tap_count(row.window) * in.channels() * (Filters / o.groups);
        learn_convolution(row, Filters / o.groups, in.channels(), o.bias ? Filters : 0);
        row.parameters[0].begin_as(o);
        row.scratch = convolution_scratch(row);
        return row;
    }
};

}  // namespace ctnn
