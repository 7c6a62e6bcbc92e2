// SPDX-License-Identifier: MIT
/// \file
/// The activations of straight pieces: hard_sigmoid, hard_swish, hard_tanh, relu6.
#pragma once

#include "ctnn/layers/activation.hpp"

namespace ctnn {

/// x / 6 + 1/2, but not below 0 nor above 1.
///
///     takes    any shape
///     gives    the same shape
///     learns   nothing
///     costs    one pass, in place; none of its own behind a convolution or dense layer, which applies it
///
///     using gate = ctnn::chain<ctnn::dense<64>, ctnn::hard_sigmoid>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.Hardsigmoid.html (Keras' has a slope of 1/5)
struct hard_sigmoid : detail::elementwise<activation::hard_sigmoid> {
    [[nodiscard]] static constexpr outcome lower(dims in) { return lower_as("hard_sigmoid", in); }
};

/// x hard_sigmoid(x).
///
///     takes    any shape
///     gives    the same shape
///     learns   nothing
///     costs    one pass, in place; none of its own behind a convolution or dense layer, which applies it
///
///     using block = ctnn::chain<ctnn::conv<16, 3, ctnn::stride<2>>, ctnn::batch_norm<>, ctnn::hard_swish>;
///
/// Howard et al., "Searching for MobileNetV3", 2019;
/// https://pytorch.org/docs/stable/generated/torch.nn.Hardswish.html
struct hard_swish : detail::elementwise<activation::hard_swish> {
    [[nodiscard]] static constexpr outcome lower(dims in) { return lower_as("hard_swish", in); }
};

/// x, but not below Min nor above Max.
///
///     takes    any shape
///     gives    the same shape
///     learns   nothing
///     costs    one pass, in place; none of its own behind a convolution or dense layer, which applies it
///     refuses  a minimum that is not below the maximum
///
///     using bounded = ctnn::chain<ctnn::dense<4>, ctnn::hard_tanh<0.0, 255.0>>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.Hardtanh.html
template <number Min = -1.0, number Max = 1.0>
struct hard_tanh : detail::elementwise<activation::hard_tanh> {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        if (!(Min.value() < Max.value())) return refusal::number_out_of_range;
        return lower_as("hard_tanh", in, {.alpha = Min.value(), .beta = Max.value()});
    }
};

/// x, but not below 0 nor above 6.
///
///     takes    any shape
///     gives    the same shape
///     learns   nothing
///     costs    one pass, in place; none of its own behind a convolution or dense layer, which applies it
///
///     using block = ctnn::chain<ctnn::conv<32, 1, ctnn::no_bias>, ctnn::batch_norm<>, ctnn::relu6>;
///
/// Sandler et al., "MobileNetV2", 2018; https://pytorch.org/docs/stable/generated/torch.nn.ReLU6.html
struct relu6 : detail::elementwise<activation::hard_tanh> {
    [[nodiscard]] static constexpr outcome lower(dims in) { return lower_as("relu6", in, {.alpha = 0, .beta = 6}); }
};

}  // namespace ctnn
