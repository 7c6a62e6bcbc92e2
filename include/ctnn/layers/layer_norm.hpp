// SPDX-License-Identifier: MIT
/// \file
/// Layer normalization.
#pragma once

#include <type_traits>

#include "ctnn/layers/channel_norm.hpp"
#include "ctnn/layers/sample_norm.hpp"

namespace ctnn {

namespace detail {
template <auto... Options>
using layer_norm_base = std::conditional_t<read_options<Options...>().over_all, sample_norm, channel_norm<true>>;
}

/// Normalizes the channels of every position, or all elements of a sample together:
/// y = (x - mean) / sqrt(variance + epsilon) weight + bias.
///
///     takes    a vector, a sequence, an image or a volume
///     gives    the same shape
///     learns   weight, begins at 1; bias, begins at 0: (channels) each, with over_all the shape of a sample
///     options  epsilon (1e-5), no_bias, no_affine (neither weight nor bias), over_all
///     refuses  an epsilon that is not positive; no_bias beside no_affine
///     costs    three passes over x forwards; backwards four, and none of the forward pass is kept but x
///
/// The statistics are those of a sample alone, in training and in an engine, so nothing is folded into the layer
/// before it. This is torch.nn.LayerNorm(channels) on data with channels last, and Keras' LayerNormalization(axis=-1);
/// with over_all it is torch.nn.LayerNorm(shape).
///
///     using block = ctnn::residual<ctnn::layer_norm<>, ctnn::dense<64>, ctnn::relu, ctnn::dense<64>>;
///
/// Ba et al., "Layer normalization", 2016; https://pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html
template <auto... Options>
struct layer_norm : detail::layer_norm_base<Options...> {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        constexpr layer_options o = read_options<Options...>();
        if (!detail::takes_affine(o, option::over_all)) return refusal::option_not_taken;
        if (!(o.epsilon > 0)) return refusal::number_out_of_range;
        return layer_norm::lower_as(o.over_all ? "layer_norm over all" : "layer_norm", in, o);
    }
};

}  // namespace ctnn
