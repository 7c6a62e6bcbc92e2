// SPDX-License-Identifier: MIT
/// \file
/// The Gaussian error linear unit, exact and approximated.
#pragma once

#include "ctnn/layers/activation.hpp"

namespace ctnn {

/// Gaussian error linear unit: x times the probability that a normally distributed number is below x,
/// x (1 + erf(x / sqrt(2))) / 2.
///
///     takes    any shape
///     gives    the same shape
///     learns   nothing
///     costs    some 30 operations a number, in one pass in place; no pass of its own behind a convolution or dense
///              layer of an engine, which applies it
///
///     using hidden = ctnn::chain<ctnn::dense<768>, ctnn::gelu, ctnn::dense<192>>;
///
/// Hendrycks and Gimpel, "Gaussian error linear units", 2016;
/// https://pytorch.org/docs/stable/generated/torch.nn.GELU.html
struct gelu : detail::elementwise<activation::gelu> {
    [[nodiscard]] static constexpr outcome lower(dims in) { return lower_as("gelu", in); }
};

/// The approximation x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 of gelu, at most 5e-4 from it: for weights that
/// were trained with it (PyTorch's approximate='tanh', GPT-2).
///
///     takes    any shape
///     gives    the same shape
///     learns   nothing
///     costs    an exponential a number, in one pass in place; no pass of its own behind a convolution or dense layer
///              of an engine, which applies it
///
///     using hidden = ctnn::chain<ctnn::dense<768>, ctnn::gelu_tanh, ctnn::dense<192>>;
struct gelu_tanh : detail::elementwise<activation::gelu_tanh> {
    [[nodiscard]] static constexpr outcome lower(dims in) { return lower_as("gelu_tanh", in); }
};

}  // namespace ctnn
