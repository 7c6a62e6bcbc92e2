// SPDX-License-Identifier: MIT
/// \file
/// A convolutional network for the slices of a volume or the pictures of a film, and a recurrent one over them: Donahue
/// et al., "Long-term recurrent convolutional networks for visual recognition and description", 2015.
#pragma once

#include "ctnn/graph/graph.hpp"
#include "ctnn/layers/layers.hpp"

namespace ctnn::models {

/// shape<Slices, Height, Width, Channels> -> shape<Slices, 2 Filters>: features of each slice, by the same layers.
template <extent Filters>
struct slice_features : time_distributed<conv<Filters, 3, same, no_bias>, batch_norm<>, relu, max_pool<>,
                                         conv<2 * Filters, 3, same, no_bias>, batch_norm<>, relu, global_avg_pool> {};

/// shape<Slices, Height, Width, Channels> -> shape<Classes>, softmax. slice_classifier<16, 28, 28, 1, 2> has 13,234
/// parameters.
template <extent Slices, extent Height, extent Width, extent Channels, extent Classes, extent Filters = 16,
          extent Units = 32>
using slice_classifier = network<shape<Slices, Height, Width, Channels>, slice_features<Filters>,
                                 lstm<Units, last_step>, dense<Classes>, softmax>;

}  // namespace ctnn::models
