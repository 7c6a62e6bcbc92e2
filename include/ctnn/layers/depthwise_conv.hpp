// SPDX-License-Identifier: MIT
/// \file
/// The depthwise convolution.
#pragma once

#include "ctnn/layers/convolution_rule.hpp"

namespace ctnn {

/// Convolution of each channel by itself, with one filter or `depth_multiplier` of them.
///
///     takes    a sequence, an image or a volume; its rank follows the input
///     gives    the positions of conv, depth_multiplier * channels: the filters of a channel lie side by side
///     learns   weight (kernel..., channels, depth_multiplier): Keras' order; bias (depth_multiplier * channels)
///     options  kernel (3), stride (1), dilation (1), padding, same or causal (valid), depth_multiplier (1), no_bias;
///              how the weight begins (glorot_uniform), see core/initializer.hpp
///     costs    depth_multiplier * kernel multiply-adds a channel and position: with one filter a channel, vectors hold
///              channels; with more of them each channel is a group, whose vectors are filled by its filters alone
///     refuses  a vector; a kernel larger than the padded input; causal for an image or a volume; depth_multiplier<0>
///
///     using blur = ctnn::network<ctnn::shape<28, 28, 16>, ctnn::depthwise_conv<5, ctnn::same>, ctnn::relu>;
///
/// https://keras.io/api/layers/convolution_layers/depthwise_convolution2d/; in PyTorch a convolution with as many groups
/// as channels
template <auto... Options>
struct depthwise_conv {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        return lower_depthwise(read_options<Options...>(), convolution_options | option::depth_multiplier, in);
    }
};

}  // namespace ctnn
