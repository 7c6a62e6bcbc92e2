// SPDX-License-Identifier: MIT
/// \file
/// MobileNetV2: Sandler et al., "MobileNetV2: inverted residuals and linear bottlenecks", 2018.
#pragma once

#include <type_traits>

#include "ctnn/models/resnet18.hpp"

namespace ctnn::models {

/// In -> Out channels: each channel filtered by itself, then 1 x 1 without an activation.
template <extent Out, extent Stride>
struct depthwise_bottleneck
    : chain<depthwise_conv<3, stride<Stride>, padding<1>, no_bias>, batch_norm<>, relu6, conv_norm<Out, 1>> {};

/// In -> Out channels through Expansion * In of them, beside a shortcut where input and output have one shape.
template <extent In, extent Out, extent Stride = 1, extent Expansion = 6>
struct inverted_residual
    : std::conditional_t<In == Out && Stride == 1,
                         residual<conv_norm<Expansion * In, 1>, relu6, depthwise_bottleneck<Out, 1>>,
                         chain<conv_norm<Expansion * In, 1>, relu6, depthwise_bottleneck<Out, Stride>>> {};

/// So many of them, the first with the stride.
template <extent Times, extent In, extent Out, extent Stride>
struct inverted_stage : chain<inverted_residual<In, Out, Stride>, repeat<Times - 1, inverted_residual<Out, Out>>> {};

/// Channels times the multiplier, rounded to a multiple of 8 that is not below nine tenths of the product.
[[nodiscard]] constexpr extent mobile_width(extent channels, double multiplier) {
    const double product = static_cast<double>(channels) * multiplier;
    const extent rounded = static_cast<extent>(product + 4) / 8 * 8, width = rounded < 8 ? 8 : rounded;
    return static_cast<double>(width) < 0.9 * product ? width + 8 : width;
}

/// Height and width divided by 32, 1280 channels, or as many more as a multiplier above 1 says.
template <number Multiplier = 1.0>
struct mobilenet_v2_features {
    template <extent Channels>
    static constexpr extent wide = mobile_width(Channels, Multiplier.value());
    using layers = chain<conv_norm<wide<32>, 3, 2>, relu6, depthwise_bottleneck<wide<16>, 1>,
                         inverted_stage<2, wide<16>, wide<24>, 2>, inverted_stage<3, wide<24>, wide<32>, 2>,
                         inverted_stage<4, wide<32>, wide<64>, 2>, inverted_stage<3, wide<64>, wide<96>, 1>,
                         inverted_stage<3, wide<96>, wide<160>, 2>, inverted_residual<wide<160>, wide<320>>,
                         conv_norm<mobile_width(1280, Multiplier.value() < 1 ? 1.0 : Multiplier.value()), 1>, relu6>;
};

/// Input -> shape<Classes>, softmax. mobilenet_v2<> has the 3,504,872 parameters of PyTorch's
/// torchvision.models.mobilenet_v2; Multiplier is its width_mult.
///
///     using small = ctnn::models::mobilenet_v2<2, ctnn::shape<96, 96, 1>, 0.5>;
template <extent Classes = 1000, class Input = shape<224, 224, 3>, number Multiplier = 1.0>
using mobilenet_v2 = network<Input, typename mobilenet_v2_features<Multiplier>::layers, global_avg_pool, dropout<0.2>,
                             dense<Classes>, softmax>;

}  // namespace ctnn::models
