// SPDX-License-Identifier: MIT
/// \file
/// VGG: Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition", 2014.
#pragma once

#include "ctnn/graph/graph.hpp"
#include "ctnn/layers/layers.hpp"

namespace ctnn::models {

/// So many 3 x 3 convolutions with so many filters, then half the height and width; Norm, such as batch_norm<>, stands
/// between convolution and relu.
template <extent Times, extent Filters, class... Norm>
struct vgg_stage : chain<repeat<Times, conv<Filters, 3, padding<1>>, Norm..., relu>, max_pool<>> {};

/// The five stages, by the convolutions of each and the filters of the first: height and width divided by 32, 8 * Width
/// channels.
template <extent First, extent Second, extent Third, extent Fourth, extent Fifth, extent Width, class... Norm>
struct vgg_features : chain<vgg_stage<First, Width, Norm...>, vgg_stage<Second, 2 * Width, Norm...>,
                            vgg_stage<Third, 4 * Width, Norm...>, vgg_stage<Fourth, 8 * Width, Norm...>,
                            vgg_stage<Fifth, 8 * Width, Norm...>> {};

/// What stands behind the stages: 7 x 7 means, two dense layers, one unit a class.
template <extent Classes, extent Units = 4096>
struct vgg_head : chain<adaptive_avg_pool<7>, flatten, dense<Units>, relu, dropout<0.5>, dense<Units>, relu,
                        dropout<0.5>, dense<Classes>, softmax> {};

/// Input -> shape<Classes>, softmax; images of 32 x 32 and more. vgg11<> has the 132,863,336 parameters of PyTorch's
/// torchvision.models.vgg11, and with batch_norm<> as Norm those of its vgg11_bn.
///
///     using two_findings = ctnn::models::vgg11<2, ctnn::shape<224, 224, 3>, ctnn::batch_norm<>>;
template <extent Classes = 1000, class Input = shape<224, 224, 3>, class... Norm>
using vgg11 = network<Input, vgg_features<1, 1, 2, 2, 2, 64, Norm...>, vgg_head<Classes>>;
/// The same with ten convolutions: 133,047,848 parameters.
template <extent Classes = 1000, class Input = shape<224, 224, 3>, class... Norm>
using vgg13 = network<Input, vgg_features<2, 2, 2, 2, 2, 64, Norm...>, vgg_head<Classes>>;
/// With thirteen: 138,357,544.
template <extent Classes = 1000, class Input = shape<224, 224, 3>, class... Norm>
using vgg16 = network<Input, vgg_features<2, 2, 3, 3, 3, 64, Norm...>, vgg_head<Classes>>;
/// With sixteen: 143,667,240.
template <extent Classes = 1000, class Input = shape<224, 224, 3>, class... Norm>
using vgg19 = network<Input, vgg_features<2, 2, 4, 4, 4, 64, Norm...>, vgg_head<Classes>>;

}  // namespace ctnn::models
