// SPDX-License-Identifier: MIT
/// \file
/// Autoencoders: Hinton and Salakhutdinov, "Reducing the dimensionality of data with neural networks", 2006.
#pragma once

#include "ctnn/graph/graph.hpp"
#include "ctnn/layers/layers.hpp"

namespace ctnn::models {

// clang-format off
/// Numbers of 0 to 1 through Code of them and back. autoencoder<> has 105,392 parameters.
template <extent Numbers = 784, extent Hidden = 64, extent Code = 32>
using autoencoder = network<shape<Numbers>,
    dense<Hidden>, relu, dense<Code>, relu, dense<Hidden>, relu, dense<Numbers>, sigmoid>;
// clang-format on

/// One level contains the next at half the size.
template <extent Filters, extent... Deeper>
struct autoencoder_level : chain<conv<Filters, 3, same>, relu, max_pool<>, autoencoder_level<Deeper...>,
                                 conv_transpose<Filters, 2, stride<2>>, relu> {};
template <extent Filters>
struct autoencoder_level<Filters>
    : chain<conv<Filters, 3, same>, relu, max_pool<>, conv_transpose<Filters, 2, stride<2>>, relu> {};

/// An image or a volume of values of 0 to 1 -> the same shape, through as many halvings of its sides as there are
/// Filters: what noise or damage it has is not in the few numbers in between. Masci et al., "Stacked convolutional
/// auto-encoders for hierarchical feature extraction", 2011.
///
///     using denoiser = ctnn::models::conv_autoencoder<ctnn::shape<28, 28, 1>, 32, 16>;
template <class Input, extent... Filters>
using conv_autoencoder =
    network<Input, autoencoder_level<Filters...>, conv<dims_of<Input>.channels(), 3, same>, sigmoid>;

}  // namespace ctnn::models
