// SPDX-License-Identifier: MIT
/// \file
/// ResNet-18 for ImageNet: He et al., "Deep residual learning for image recognition", 2015.
#pragma once

#include "ctnn/graph/graph.hpp"
#include "ctnn/layers/layers.hpp"

namespace ctnn::models {

/// Convolution without bias, then batch norm, whose shift stands for it; the padding keeps the image's size.
template <extent Channels, extent Kernel = 3, extent Stride = 1>
struct conv_norm : chain<conv<Channels, Kernel, stride<Stride>, padding<Kernel / 2>, no_bias>, batch_norm<>> {};

/// Two convolutions beside a shortcut.
template <extent Channels>
struct basic_block : chain<residual<conv_norm<Channels>, relu, conv_norm<Channels>>, relu> {};

/// The same with half the height and width; its shortcut is a 1 x 1 convolution.
template <extent Channels>
struct down_block
    : chain<sum<conv_norm<Channels, 1, 2>, chain<conv_norm<Channels, 3, 2>, relu, conv_norm<Channels>>>, relu> {};

// clang-format off
/// Input -> shape<Classes>, softmax. resnet18<> has the 11,689,512 parameters of PyTorch's torchvision.models.resnet18.
/// A template, so that only who names it waits for it.
template <extent Classes = 1000, class Input = shape<224, 224, 3>>
using resnet18 = network<Input,
    conv_norm<64, 7, 2>, relu, max_pool<3, stride<2>, padding<1>>,
    basic_block<64>, basic_block<64>, down_block<128>, basic_block<128>,
    down_block<256>, basic_block<256>, down_block<512>, basic_block<512>,
    global_avg_pool, dense<Classes>, softmax>;
// clang-format on

}  // namespace ctnn::models
