// SPDX-License-Identifier: MIT
/// \file
/// Attention of two levels over a volume: among the patches of a slice, then among the slices. Yang et al.,
/// "Hierarchical attention networks for document classification", 2016, whose words are patches here and whose
/// sentences slices; Ilse et al., "Attention-based deep multiple instance learning", 2018.
#pragma once

#include "ctnn/graph/graph.hpp"
#include "ctnn/layers/layers.hpp"

namespace ctnn::models {

/// shape<Slices, Height, Width, Channels> -> shape<Slices, 2 Filters>: of each slice the patches of 4 x 4 pixels, as
/// far as convolutions see around them, and their mean by the attention layer "patches".
template <extent Height, extent Width, extent Filters, extent Units>
struct attended_slices : time_distributed<conv<Filters, 3, same, no_bias>, batch_norm<>, relu, max_pool<>,
                                          conv<2 * Filters, 3, same, no_bias>, batch_norm<>, relu, max_pool<>,
                                          reshape<(Height / 4) * (Width / 4), 2 * Filters>,
                                          named<"patches", additive_attention_pool<Units>>> {};

/// shape<Slices, Height, Width, Channels> -> shape<Classes>, softmax. attention_weights() of the layers "0.patches"
/// and "slices" says where each level looks. hierarchical_attention<16, 28, 28, 1, 2> has 6,002 parameters.
///
///     using net = ctnn::models::hierarchical_attention<16, 28, 28, 1, 2>;
template <extent Slices, extent Height, extent Width, extent Channels, extent Classes, extent Filters = 16,
          extent Units = 16>
using hierarchical_attention =
    network<shape<Slices, Height, Width, Channels>, attended_slices<Height, Width, Filters, Units>,
            named<"slices", additive_attention_pool<Units>>, dense<Classes>, softmax>;

}  // namespace ctnn::models
