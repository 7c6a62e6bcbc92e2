// SPDX-License-Identifier: MIT
/// \file
/// The vision transformer: Dosovitskiy et al., "An image is worth 16x16 words", 2020.
#pragma once

#include "ctnn/models/transformer_classifier.hpp"

namespace ctnn::models {

/// An image of Height x Width -> the sequence of its Patch x Patch patches, row by row, as tokens of Channels numbers
/// each: a convolution whose windows do not overlap. An incomplete patch is dropped. Layers that see the patches as an
/// image stand between.
template <extent Height, extent Width, extent Channels, extent Patch, class... Layers>
struct patch_embedding
    : chain<conv<Channels, Patch, stride<Patch>>, Layers..., reshape<(Height / Patch) * (Width / Patch), Channels>> {};

/// An image -> shape<Classes>, softmax: patches, learned positions, pre-norm encoder blocks, the mean of all tokens
/// instead of a class token (Beyer et al., "Better plain ViT baselines for ImageNet-1k", 2022). By default the sizes
/// are those of ViT-Ti/16.
///
///     using vit = ctnn::models::vision_transformer<224, 224, 3, 1000>;
template <extent Height, extent Width, extent Colors, extent Classes, extent Patch = 16, extent Channels = 192,
          extent Depth = 12, extent Heads = 3>
using vision_transformer = network<shape<Height, Width, Colors>, patch_embedding<Height, Width, Channels, Patch>,
                                   positional_encoding<learned_positions>, encoder<Depth, Heads, 4 * Channels>,
                                   global_avg_pool, dense<Classes>, softmax>;

/// The same with sines and cosines of rows and columns in place of learned positions, as Beyer et al. have it.
///
///     using vit = ctnn::models::plain_vision_transformer<224, 224, 3, 1000>;
template <extent Height, extent Width, extent Colors, extent Classes, extent Patch = 16, extent Channels = 192,
          extent Depth = 12, extent Heads = 3>
using plain_vision_transformer =
    network<shape<Height, Width, Colors>, patch_embedding<Height, Width, Channels, Patch, positional_encoding<>>,
            encoder<Depth, Heads, 4 * Channels>, global_avg_pool, dense<Classes>, softmax>;

}  // namespace ctnn::models
