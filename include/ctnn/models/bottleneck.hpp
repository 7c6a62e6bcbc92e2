// SPDX-License-Identifier: MIT
/// \file
/// The blocks of ResNet-50 and deeper: He et al., "Deep residual learning for image recognition", 2015.
#pragma once

#include "ctnn/models/resnet18.hpp"

namespace ctnn::models {

/// 4 * Channels -> the same: 1 x 1 to Channels, 3 x 3, 1 x 1 back, beside a shortcut; a relu behind.
template <extent Channels>
struct bottleneck
    : chain<residual<conv_norm<Channels, 1>, relu, conv_norm<Channels>, relu, conv_norm<4 * Channels, 1>>, relu> {};

/// Any channels -> 4 * Channels, height and width divided by Stride: the first block of a stage. The stride is that of
/// the 3 x 3 convolution, as in PyTorch's torchvision.models.resnet50; its shortcut is a 1 x 1 convolution.
template <extent Channels, extent Stride = 2>
struct bottleneck_down
    : chain<sum<conv_norm<4 * Channels, 1, Stride>,
                chain<conv_norm<Channels, 1>, relu, conv_norm<Channels, 3, Stride>, relu, conv_norm<4 * Channels, 1>>>,
            relu> {};

}  // namespace ctnn::models
