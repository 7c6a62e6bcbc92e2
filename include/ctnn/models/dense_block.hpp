// SPDX-License-Identifier: MIT
/// \file
/// The blocks of DenseNet: Huang et al., "Densely connected convolutional networks", 2016.
#pragma once

#include "ctnn/graph/graph.hpp"
#include "ctnn/layers/layers.hpp"

namespace ctnn::models {

/// The input beside Growth new channels: batch norm and relu before a 1 x 1 convolution to 4 * Growth channels, and
/// again before a 3 x 3.
template <extent Growth = 32>
struct dense_layer : concat<identity, chain<batch_norm<>, relu, conv<4 * Growth, 1, no_bias>, batch_norm<>, relu,
                                            conv<Growth, 3, same, no_bias>>> {};

/// So many of them: Layers * Growth channels more.
template <extent Layers, extent Growth = 32>
struct dense_block : repeat<Layers, dense_layer<Growth>> {};

/// Between two dense blocks: so many channels, half the height and width.
template <extent Channels>
struct transition : chain<batch_norm<>, relu, conv<Channels, 1, no_bias>, avg_pool<>> {};

}  // namespace ctnn::models
