// SPDX-License-Identifier: MIT
/// \file
/// The networks that are compared on volumes.
#pragma once

#include "volumes.hpp"

namespace slices {

/// Features of each slice by the same convolutions; an LSTM reads the slices from both ends, and attention chooses
/// among them. It knows which slice follows which.
template <nn::extent Classes>
using recurrent = nn::network<volume, nn::models::slice_features<16>, nn::bidirectional<nn::lstm<32>>,
                              nn::named<"slices", nn::additive_attention_pool<16>>, nn::dense<Classes>, nn::softmax>;
/// Attention among the patches of a slice, then among the slices, whose order it does not know.
template <nn::extent Classes>
using hierarchical = nn::models::hierarchical_attention<depth, height, width, 1, Classes>;
/// Convolutions of 3 x 3 x 3 voxels, which see neighboring slices at once.
template <nn::extent Classes>
using solid = nn::network<volume, nn::conv<8, 3, nn::same, nn::no_bias>, nn::batch_norm<>, nn::relu, nn::max_pool<>,
                          nn::conv<16, 3, nn::same, nn::no_bias>, nn::batch_norm<>, nn::relu, nn::max_pool<>,
                          nn::conv<32, 3, nn::same, nn::no_bias>, nn::batch_norm<>, nn::relu, nn::global_max_pool,
                          nn::dense<Classes>, nn::softmax>;

static_assert(recurrent<2>::parameter_count == 22'674 && hierarchical<2>::parameter_count == 6'002 &&
              solid<2>::parameter_count == 17'674);

}  // namespace slices
