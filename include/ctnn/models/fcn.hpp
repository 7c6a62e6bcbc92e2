// SPDX-License-Identifier: MIT
/// \file
/// Fully convolutional networks: Long et al., "Fully convolutional networks for semantic segmentation", 2014.
#pragma once

#include "ctnn/models/pixel_head.hpp"
#include "ctnn/models/vgg.hpp"

namespace ctnn::models {

/// VGG-16's dense layers as convolutions, and a score for each class: one position for each 32 x 32 pixels.
template <extent Classes, extent Units = 4096>
struct fcn_scores
    : chain<conv<Units, 7, padding<3>>, relu, dropout<0.5>, conv<Units, 1>, relu, dropout<0.5>, conv<Classes, 1>> {};

/// Times the height and width, by a transposed convolution without bias, which can learn linear interpolation.
template <extent Classes, extent Times>
struct learned_upsample : conv_transpose<Classes, 2 * Times, stride<Times>, padding<Times / 2>, no_bias> {};

/// Height x Width x channels -> Height x Width x Classes, softmax over the classes of each pixel (one class: sigmoid).
/// The sides are multiples of 32. No parameter depends on them: weights of one size serve every other. fcn32s<> has
/// 136,152,917 parameters. The paper pads the image by 100; here each convolution keeps the size.
template <extent Classes = 21, class Input = shape<224, 224, 3>, extent Width = 64>
using fcn32s = network<Input, vgg_features<2, 2, 3, 3, 3, Width>, fcn_scores<Classes, 64 * Width>,
                       learned_upsample<Classes, 32>, pixel_head<Classes>>;

/// The same with scores of an eighth and a sixteenth of the size added: finer borders. fcn8s<> has 134,489,759.
///
///     using masks = ctnn::models::fcn8s<1, ctnn::shape<256, 256, 1>>;
template <extent Classes = 21, class Input = shape<224, 224, 3>, extent Width = 64>
using fcn8s = network<
    Input, vgg_stage<2, Width>, vgg_stage<2, 2 * Width>, vgg_stage<3, 4 * Width>,
    sum<conv<Classes, 1>, chain<vgg_stage<3, 8 * Width>,
                                sum<conv<Classes, 1>, chain<vgg_stage<3, 8 * Width>, fcn_scores<Classes, 64 * Width>,
                                                            learned_upsample<Classes, 2>>>,
                                learned_upsample<Classes, 2>>>,
    learned_upsample<Classes, 8>, pixel_head<Classes>>;

}  // namespace ctnn::models
