// SPDX-License-Identifier: MIT
/// \file
/// Softplus, a smooth relu.
#pragma once

#include "ctnn/layers/activation.hpp"

namespace ctnn {

/// ln(1 + e^(Beta x)) / Beta, or x where Beta x is above the threshold.
///
///     takes    any shape
///     gives    the same shape
///     learns   nothing
///     costs    an exponential and a logarithm a number, in one pass in place; no pass of its own behind a convolution
///              or dense layer of an engine, which applies it
///     refuses  a beta that is not between 1e-30 and 1e30; a threshold that is not finite
///
///     using positive = ctnn::network<ctnn::shape<64>, ctnn::dense<1>, ctnn::softplus<>>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.Softplus.html
template <number Beta = 1.0, number Threshold = 20.0>
struct softplus : detail::elementwise<activation::softplus> {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        if (!(Beta.value() > 1e-30 && Beta.value() < 1e30)) return refusal::number_out_of_range;
        if (!(Threshold.value() > -1e30 && Threshold.value() < 1e30)) return refusal::number_out_of_range;
        return lower_as("softplus", in, {.alpha = Beta.value(), .beta = Threshold.value()});
    }
};

}  // namespace ctnn
