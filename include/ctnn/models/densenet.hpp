// SPDX-License-Identifier: MIT
/// \file
/// DenseNet: Huang et al., "Densely connected convolutional networks", 2016; CheXNet: Rajpurkar et al., "CheXNet:
/// radiologist-level pneumonia detection on chest X-rays with deep learning", 2017.
#pragma once

#include "ctnn/models/dense_block.hpp"
#include "ctnn/models/resnet.hpp"

namespace ctnn::models {

/// Stem and four dense blocks, by the layers of each; between two blocks half of the channels go on.
template <extent Growth, extent First, extent Second, extent Third, extent Fourth>
struct densenet_features {
    static constexpr extent second = (2 + First) * Growth / 2, third = (second + Second * Growth) / 2,
                            fourth = (third + Third * Growth) / 2;
    using layers = chain<resnet_stem<2 * Growth>, dense_block<First, Growth>, transition<second>,
                         dense_block<Second, Growth>, transition<third>, dense_block<Third, Growth>, transition<fourth>,
                         dense_block<Fourth, Growth>, batch_norm<>, relu>;
};

/// Input -> shape<Classes>, softmax. densenet121<> has the 7,978,856 parameters of PyTorch's
/// torchvision.models.densenet121.
template <extent Classes = 1000, class Input = shape<224, 224, 3>, extent Growth = 32>
using densenet121 = network<Input, typename densenet_features<Growth, 6, 12, 24, 16>::layers, mean_head<Classes>>;

/// Input -> shape<Labels>, a sigmoid each: labels that exclude none of the others, such as the 14 findings of
/// ChestX-ray14. chexnet<> has 6,968,206 parameters.
template <extent Labels = 14, class Input = shape<224, 224, 3>>
using chexnet =
    network<Input, typename densenet_features<32, 6, 12, 24, 16>::layers, global_avg_pool, dense<Labels>, sigmoid>;

}  // namespace ctnn::models
