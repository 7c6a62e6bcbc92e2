// SPDX-License-Identifier: MIT
/// \file
/// Atrous spatial pyramid pooling: Chen et al., "Rethinking atrous convolution for semantic image segmentation", 2017.
#pragma once

#include "ctnn/models/resnet18.hpp"

namespace ctnn::models {

/// A 3 x 3 convolution whose taps lie Rate positions apart, batch norm and relu; the image's size stays.
template <extent Filters, extent Rate>
struct atrous_conv_norm : chain<conv<Filters, 3, dilation<Rate>, padding<Rate>, no_bias>, batch_norm<>, relu> {};

/// An image of Height x Width -> Filters channels: a 1 x 1 convolution, a 3 x 3 one for each rate and the mean of the
/// whole image, side by side, then a 1 x 1 convolution; batch norm and relu behind each. The parameters are those of
/// PyTorch's torchvision.models.segmentation.deeplabv3.ASPP, which drops out half of the result in training.
///
///     using pyramid = ctnn::models::aspp<256, 28, 28, 12, 24, 36>;
template <extent Filters, extent Height, extent Width, extent... Rates>
struct aspp
    : chain<concat<chain<conv_norm<Filters, 1>, relu>, atrous_conv_norm<Filters, Rates>...,
                   chain<avg_pool<kernel<Height, Width>>, conv_norm<Filters, 1>, relu, upsample<Height, Width>>>,
            conv_norm<Filters, 1>, relu> {};

}  // namespace ctnn::models
