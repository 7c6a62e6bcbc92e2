// SPDX-License-Identifier: MIT
/// \file
/// AlexNet: Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014, the form of one column
/// of Krizhevsky et al., "ImageNet classification with deep convolutional neural networks", 2012.
#pragma once

#include "ctnn/graph/graph.hpp"
#include "ctnn/layers/layers.hpp"

namespace ctnn::models {

// clang-format off
/// Input -> shape<Classes>, softmax. alexnet<> has the 61,100,840 parameters of PyTorch's torchvision.models.alexnet.
/// Refuses images of less than 63 x 63, which the third pool leaves nothing of.
///
///     using two_findings = ctnn::models::alexnet<2, ctnn::shape<128, 128, 1>>;
template <extent Classes = 1000, class Input = shape<224, 224, 3>, extent Width = 64>
using alexnet = network<Input,
    conv<Width, 11, stride<4>, padding<2>>, relu, max_pool<3, stride<2>>,
    conv<3 * Width, 5, padding<2>>, relu, max_pool<3, stride<2>>,
    conv<6 * Width, 3, padding<1>>, relu, conv<4 * Width, 3, padding<1>>, relu, conv<4 * Width, 3, padding<1>>, relu,
    max_pool<3, stride<2>>, adaptive_avg_pool<6>, flatten,
    dropout<0.5>, dense<64 * Width>, relu, dropout<0.5>, dense<64 * Width>, relu, dense<Classes>, softmax>;
// clang-format on

}  // namespace ctnn::models
