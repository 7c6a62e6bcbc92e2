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
///
///     using block = ctnn::chain<ctnn::conv<32, 3, ctnn::same>, ctnn::mish>;
///
/// Misra, "Mish: a self regularized non-monotonic activation function", 2019;
/// https://pytorch.org/docs/stable/generated/torch.nn.Mish.html
struct mish : detail::elementwise<activation::mish> {
    [[nodiscard]] static constexpr outcome lower(dims in) { return lower_as("mish", in); }
};

}  // namespace ctnn
