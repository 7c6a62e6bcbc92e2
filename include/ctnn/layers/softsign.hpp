// SPDX-License-Identifier: MIT
/// \file
/// Softsign.
#pragma once

#include "ctnn/layers/activation.hpp"

namespace ctnn {

/// x / (1 + |x|): between -1 and 1 as tanh, but slower to get there.
///
///     takes    any shape
///     gives    the same shape
///     learns   nothing
///     costs    a division a number, in one pass in place; no pass of its own behind a convolution or dense layer of an
///              engine, which applies it
///
///     using hidden = ctnn::chain<ctnn::dense<64>, ctnn::softsign>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.Softsign.html
struct softsign : detail::elementwise<activation::softsign> {
    [[nodiscard]] static constexpr outcome lower(dims in) { return lower_as("softsign", in); }
};

}  // namespace ctnn
