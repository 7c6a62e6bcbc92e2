// SPDX-License-Identifier: MIT
/// \file
/// DCGAN for images of 64 x 64: Radford et al., "Unsupervised representation learning with deep convolutional
/// generative adversarial networks", 2015. All weights begin normal with a deviation of 0.02, as there.
#pragma once

#include "ctnn/graph/graph.hpp"
#include "ctnn/layers/layers.hpp"

namespace ctnn::models {

/// Twice the height and width; batch norm, relu.
template <extent Filters>
struct generator_block
    : chain<conv_transpose<Filters, 4, stride<2>, padding<1>, no_bias, random_normal<0.02>>, batch_norm<>, relu> {};

/// Half the height and width; batch norm, leaky relu.
template <extent Filters>
struct discriminator_block
    : chain<conv<Filters, 4, stride<2>, padding<1>, no_bias, random_normal<0.02>>, batch_norm<>, leaky_relu<0.2>> {};

// clang-format off
/// shape<Latent> -> shape<64, 64, Channels> from -1 to 1. dcgan_generator<> has 3,576,704 parameters, as PyTorch's
/// example: https://pytorch.org/tutorials/beginner/dcgan_faces_tutorial.html
template <extent Latent = 100, extent Channels = 3, extent Width = 64>
using dcgan_generator = network<shape<Latent>, reshape<1, 1, Latent>,
    conv_transpose<8 * Width, 4, no_bias, random_normal<0.02>>, batch_norm<>, relu,
    generator_block<4 * Width>, generator_block<2 * Width>, generator_block<Width>,
    conv_transpose<Channels, 4, stride<2>, padding<1>, no_bias, random_normal<0.02>>, tanh>;

/// shape<64, 64, Channels> -> how probably the image is no generator's. dcgan_discriminator<> has 2,765,568 parameters.
template <extent Channels = 3, extent Width = 64>
using dcgan_discriminator = network<shape<64, 64, Channels>,
    conv<Width, 4, stride<2>, padding<1>, no_bias, random_normal<0.02>>, leaky_relu<0.2>,
    discriminator_block<2 * Width>, discriminator_block<4 * Width>, discriminator_block<8 * Width>,
    conv<1, 4, no_bias, random_normal<0.02>>, flatten, sigmoid>;
// clang-format on

}  // namespace ctnn::models
