// SPDX-License-Identifier: MIT
/// \file
/// The sigmoid linear unit.
#pragma once

#include "ctnn/layers/activation.hpp"

namespace ctnn {

/// Sigmoid linear unit, also called swish: x / (1 + e^-x).
///
///     takes    any shape
///     gives    the same shape
///     learns   nothing
///     costs    an exponential a number, in one pass in place; no pass of its own behind a convolution or dense layer
///              of an engine, which applies it
///
///     using block = ctnn::chain<ctnn::conv<32, 3, ctnn::same, ctnn::no_bias>, ctnn::batch_norm<>, ctnn::silu>;
///
/// Elfwing et al., "Sigmoid-weighted linear units", 2017; https://pytorch.org/docs/stable/generated/torch.nn.SiLU.html
struct silu : detail::elementwise<activation::silu> {
    [[nodiscard]] static constexpr outcome lower(dims in) { return lower_as("silu", in); }
};

}  // namespace ctnn
