// SPDX-License-Identifier: MIT
/// \file
/// The deeper ResNets, those for small images and those for volumes: He et al., "Deep residual learning for image
/// recognition", 2015.
#pragma once

#include "ctnn/models/bottleneck.hpp"
#include "ctnn/models/resnet18.hpp"

namespace ctnn::models {

/// The stem for photographs: a quarter of the height and width.
template <extent Width = 64>
struct resnet_stem : chain<conv_norm<Width, 7, 2>, relu, max_pool<3, stride<2>, padding<1>>> {};

/// The stem for images of 28 x 28 or 32 x 32, which keeps their size.
template <extent Width = 64>
struct small_image_stem : chain<conv_norm<Width>, relu> {};

/// Four stages of two convolutions a block, by the blocks of each: Width channels -> 8 * Width, an eighth of the size.
template <extent First, extent Second, extent Third, extent Fourth, extent Width = 64>
struct basic_stages
    : chain<repeat<First, basic_block<Width>>, down_block<2 * Width>, repeat<Second - 1, basic_block<2 * Width>>,
            down_block<4 * Width>, repeat<Third - 1, basic_block<4 * Width>>, down_block<8 * Width>,
            repeat<Fourth - 1, basic_block<8 * Width>>> {};

/// One stage of so many bottlenecks: any channels -> 4 * Channels.
template <extent Blocks, extent Channels, extent Stride = 2>
struct bottleneck_stage : chain<bottleneck_down<Channels, Stride>, repeat<Blocks - 1, bottleneck<Channels>>> {};

/// What stands behind the stages: the mean of each channel, one unit a class.
template <extent Classes>
struct mean_head : chain<global_avg_pool, dense<Classes>, softmax> {};

/// Input -> shape<Classes>, softmax. resnet34<> has the 21,797,672 parameters of PyTorch's torchvision.models.resnet34.
template <extent Classes = 1000, class Input = shape<224, 224, 3>>
using resnet34 = network<Input, resnet_stem<>, basic_stages<3, 4, 6, 3>, mean_head<Classes>>;

/// Input -> shape<Classes>, softmax. resnet50<> has the 25,557,032 parameters of PyTorch's torchvision.models.resnet50.
template <extent Classes = 1000, class Input = shape<224, 224, 3>>
using resnet50 = network<Input, resnet_stem<>, bottleneck_stage<3, 64, 1>, bottleneck_stage<4, 128>,
                         bottleneck_stage<6, 256>, bottleneck_stage<3, 512>, mean_head<Classes>>;

/// ResNet-18 for small images, as CIFAR and MedMNIST are classified: Yang et al., "MedMNIST v2", 2021. With a volume as
/// Input it classifies that paper's 3-D data sets. 11,168,832 + 513 * Classes parameters for images of three channels.
///
///     using pneumonia = ctnn::models::small_image_resnet18<2, ctnn::shape<28, 28, 1>>;
template <extent Classes = 10, class Input = shape<28, 28, 3>, extent Width = 64>
using small_image_resnet18 =
    network<Input, small_image_stem<Width>, basic_stages<2, 2, 2, 2, Width>, mean_head<Classes>>;

/// ResNet-50 for small images. 23,500,352 + 2049 * Classes parameters for three channels.
template <extent Classes = 10, class Input = shape<28, 28, 3>>
using small_image_resnet50 = network<Input, small_image_stem<>, bottleneck_stage<3, 64, 1>, bottleneck_stage<4, 128>,
                                     bottleneck_stage<6, 256>, bottleneck_stage<3, 512>, mean_head<Classes>>;

/// ResNet-18 for volumes and films, whose stem keeps the depth: Tran et al., "A closer look at spatiotemporal
/// convolutions for action recognition", 2017. resnet18_3d<> has the 33,371,472 parameters of PyTorch's
/// torchvision.models.video.r3d_18.
template <extent Classes = 400, class Input = shape<16, 112, 112, 3>>
using resnet18_3d = network<Input, conv<64, kernel<3, 7, 7>, stride<1, 2, 2>, padding<1, 3, 3>, no_bias>, batch_norm<>,
                            relu, basic_stages<2, 2, 2, 2>, mean_head<Classes>>;

}  // namespace ctnn::models
