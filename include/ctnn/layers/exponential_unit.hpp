// SPDX-License-Identifier: MIT
/// \file
/// The exponential linear units: elu, selu, celu.
#pragma once

#include "ctnn/layers/activation.hpp"

namespace ctnn {

/// Exponential linear unit: x where it is positive, Alpha (e^x - 1) elsewhere.
///
///     takes    any shape
///     gives    the same shape
///     learns   nothing
///     costs    an exponential a number, in one pass in place; no pass of its own behind a convolution or dense layer
///              of an engine, which applies it
///     refuses  a negative or infinite alpha, because the sign of the output must tell that of the input
///
///     using block = ctnn::chain<ctnn::conv<32, 3, ctnn::same>, ctnn::elu<>>;
///
/// Clevert et al., "Fast and accurate deep network learning by exponential linear units", 2015;
/// https://pytorch.org/docs/stable/generated/torch.nn.ELU.html
template <number Alpha = 1.0>
struct elu : detail::elementwise<activation::elu> {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        if (!(Alpha.value() >= 0 && Alpha.value() < 1e30)) return refusal::number_out_of_range;
        return lower_as("elu", in, {.alpha = Alpha.value(), .beta = 1});
    }
};

/// Scaled exponential linear unit: 1.0507 times elu<1.6733>, the numbers that keep mean 0 and variance 1 from layer to
/// layer.
///
///     takes    any shape
///     gives    the same shape
///     learns   nothing
///     costs    an exponential a number, in one pass in place; no pass of its own behind a convolution or dense layer
///              of an engine, which applies it
///
///     using hidden = ctnn::chain<ctnn::dense<64>, ctnn::selu>;
///
/// Klambauer et al., "Self-normalizing neural networks", 2017;
/// https://pytorch.org/docs/stable/generated/torch.nn.SELU.html
struct selu : detail::elementwise<activation::selu> {
    [[nodiscard]] static constexpr outcome lower(dims in) { return lower_as("selu", in); }
};

/// Continuously differentiable exponential linear unit: x where it is positive, Alpha (e^(x / Alpha) - 1) elsewhere,
/// whose slope at 0 is 1 for any alpha.
///
///     takes    any shape
///     gives    the same shape
///     learns   nothing
///     costs    an exponential a number, in one pass in place; no pass of its own behind a convolution or dense layer
///              of an engine, which applies it
///     refuses  an alpha that is not positive, or not between 1e-30 and 1e30
///
///     using hidden = ctnn::chain<ctnn::dense<64>, ctnn::celu<0.5>>;
///
/// Barron, "Continuously differentiable exponential linear units", 2017;
/// https://pytorch.org/docs/stable/generated/torch.nn.CELU.html
template <number Alpha = 1.0>
struct celu : detail::elementwise<activation::elu> {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        if (!(Alpha.value() > 1e-30 && Alpha.value() < 1e30)) return refusal::number_out_of_range;
        return lower_as("celu", in, {.alpha = Alpha.value(), .beta = 1 / Alpha.value()});
    }
};

}  // namespace ctnn
