// SPDX-License-Identifier: MIT
/// \file
/// Convolutional networks of one axis, such as for heartbeats: Kiranyaz et al., "Real-time patient-specific ECG
/// classification by 1-D convolutional neural networks", 2016.
#pragma once

#include "ctnn/graph/graph.hpp"
#include "ctnn/layers/layers.hpp"

namespace ctnn::models {

/// shape<T, C> -> shape<T / 2, Filters>: a convolution without bias, normalized, and the larger of two neighbors.
template <extent Filters, extent Taps>
struct signal_stage : chain<conv<Filters, Taps, same, no_bias>, batch_norm<>, relu, max_pool<>> {};

/// shape<Steps, Channels> -> shape<Classes>, softmax: three stages of twice as many filters each, their mean over all
/// steps. signal_cnn<128, 1, 4> has 13,364 parameters.
template <extent Steps, extent Channels, extent Classes, extent Filters = 16, extent Taps = 5>
using signal_cnn = network<shape<Steps, Channels>, signal_stage<Filters, Taps>, signal_stage<2 * Filters, Taps>,
                           signal_stage<4 * Filters, Taps>, global_avg_pool, dense<Classes>, softmax>;

}  // namespace ctnn::models
