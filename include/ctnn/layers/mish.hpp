// SPDX-License-Identifier: MIT
/// \file
/// Mish.
#pragma once

#include "ctnn/layers/activation.hpp"

namespace ctnn {

/// x tanh(ln(1 + e^x)).
///
///     takes    any shape
///     gives    the same shape
///     learns   nothing
///     costs    an exponential a number, in one pass in place; no pass of its own behind a convolution or dense layer
///              of an engine, which applies it
///
///     using block = ctnn::chain<ctnn::conv<32, 3, ctnn::same>, ctnn::mish>;
///
/// Misra, "Mish: a self regularized non-monotonic activation function", 2019;
/// https://pytorch.org/docs/stable/generated/torch.nn.Mish.html
struct mish : detail::elementwise<activation::mish> {
    [[nodiscard]] static constexpr outcome lower(dims in) { return lower_as("mish", in); }
};

}  // namespace ctnn
