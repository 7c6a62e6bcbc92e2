// SPDX-License-Identifier: MIT
/// \file
/// Normalization by the root of the mean square.
#pragma once

#include "ctnn/layers/channel_norm.hpp"

namespace ctnn {

/// Divides the channels of every position by the root of their mean square: y = x / sqrt(mean(x^2) + epsilon) weight.
///
///     takes    a vector, a sequence, an image or a volume
///     gives    the same shape
///     learns   weight (channels), begins at 1
///     options  epsilon (2^-23, what PyTorch takes for float), no_affine
///     refuses  an epsilon that is not positive
///     costs    two passes over x forwards; backwards three, and none of the forward pass is kept but x
///
///     using block = ctnn::residual<ctnn::rms_norm<>, ctnn::dense<64>>;
///
/// Zhang and Sennrich, "Root mean square layer normalization", 2019;
/// https://pytorch.org/docs/stable/generated/torch.nn.RMSNorm.html
template <auto... Options>
struct rms_norm : detail::channel_norm<false> {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        layer_options o = read_options<Options...>();
        if (o.repeated || (o.given & ~(option::epsilon | option::affine)) != 0) return refusal::option_not_taken;
        if ((o.given & option::epsilon) == 0) o.epsilon = 0x1p-23;
        if (!(o.epsilon > 0)) return refusal::number_out_of_range;
        return lower_as("rms_norm", in, o);
    }
};

}  // namespace ctnn
