// SPDX-License-Identifier: MIT
/// \file
/// DeepLabv3+: Chen et al., "Encoder-decoder with atrous separable convolution for semantic image segmentation", 2018.
#pragma once

#include "ctnn/models/aspp.hpp"
#include "ctnn/models/pixel_head.hpp"
#include "ctnn/models/resnet.hpp"

namespace ctnn::models {

/// 4 * Channels -> the same, with the taps of the 3 x 3 convolution Rate positions apart.
template <extent Channels, extent Rate>
struct atrous_bottleneck
    : chain<residual<conv_norm<Channels, 1>, relu, atrous_conv_norm<Channels, Rate>, conv_norm<4 * Channels, 1>>,
            relu> {};

/// A quarter of the size -> a sixteenth: ResNet-50 behind its first stage, the last of which sees twice as far in place
/// of half the size, as PyTorch's torchvision.models.resnet50 with replace_stride_with_dilation.
template <extent Width = 64>
struct atrous_stages : chain<bottleneck_stage<4, 2 * Width>, bottleneck_stage<6, 4 * Width>,
                             bottleneck_down<8 * Width, 1>, repeat<2, atrous_bottleneck<8 * Width, 2>>> {};

/// Height x Width x channels -> Height x Width x Classes, softmax over the classes of each pixel (one class: sigmoid).
/// The encoder is ResNet-50, no convolution is separable, and the sides are multiples of 16. deeplab_v3_plus<> has
/// 40,352,181 parameters.
///
///     using masks = ctnn::models::deeplab_v3_plus<1, ctnn::shape<256, 256, 1>>;
template <extent Classes = 21, class Input = shape<512, 512, 3>, extent Width = 64>
using deeplab_v3_plus =
    network<Input, resnet_stem<Width>, bottleneck_stage<3, Width, 1>,
            concat<chain<conv_norm<3 * Width / 4, 1>, relu>,
                   chain<atrous_stages<Width>,
                         aspp<4 * Width, dims_of<Input>.height() / 16, dims_of<Input>.width() / 16, 6, 12, 18>,
                         upsample<4, linear>>>,
            conv_norm<4 * Width>, relu, conv_norm<4 * Width>, relu, conv<Classes, 1>, upsample<4, linear>,
            pixel_head<Classes>>;

}  // namespace ctnn::models
