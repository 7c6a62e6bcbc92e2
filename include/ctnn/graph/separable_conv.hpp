// SPDX-License-Identifier: MIT
/// \file
/// The separable convolution: two rows of a network's table.
#pragma once

#include "ctnn/graph/compose.hpp"
#include "ctnn/layers/convolution_rule.hpp"

namespace ctnn {

/// A depthwise convolution without bias, then a convolution of 1 x 1 with so many filters.
///
///     takes    a sequence, an image or a volume; its rank follows the input
///     gives    the positions of conv, `Filters` channels
///     learns   0.weight (kernel..., channels, depth_multiplier), of the first convolution; 1.weight (1...,
///              depth_multiplier * channels, Filters) and 1.bias (Filters), of the second
///     options  kernel (3), stride (1), dilation (1), padding, same or causal (valid), depth_multiplier (1), no_bias,
///              how both weights begin (glorot_uniform); but for these two, they are those of the depthwise convolution
///     costs    kernel + Filters multiply-adds a channel and position, where conv needs kernel * Filters; in an engine
///              the second convolution takes up the batch norm, addition and activation that follow
///     refuses  what conv refuses; depth_multiplier<0>
///
///     using small = ctnn::network<ctnn::shape<28, 28, 16>, ctnn::separable_conv<32, 3, ctnn::same>, ctnn::relu>;
///
/// https://keras.io/api/layers/convolution_layers/separable_convolution2d/; Chollet, "Xception", 2016
template <extent Filters, auto... Options>
struct separable_conv {
    using children = types<>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        layer_options o = read_options<Options...>(), pointwise;
        pointwise.kernel = {{1, 1, 1}, 1};
        pointwise.bias = o.bias;
        pointwise.start = o.start;
        pointwise.start_value = o.start_value;
        o.bias = false;
        const outcome first = lower_depthwise(o, convolution_options | option::depth_multiplier, in.shape);
        if (first.why != refusal::none) return b.refuse(first.why, in.shape);
        const outcome second = lower_convolution("conv", pointwise, 0, first.what.out, Filters);
        if (second.why != refusal::none) return b.refuse(second.why, in.shape);
        b.enter(0);
        in = b.apply(first.what, Routine{}, in);
        b.leave();
        b.enter(1);
        in = b.apply(second.what, Routine{}, in);
        b.leave();
        return in;
    }
};

}  // namespace ctnn
