// SPDX-License-Identifier: MIT
/// \file
/// Instance normalization.
#pragma once

#include "ctnn/layers/group_norm.hpp"

namespace ctnn {

/// Normalizes each channel over the positions of a sample: y = (x - mean) / sqrt(variance + epsilon).
///
///     takes    a sequence, an image or a volume
///     gives    the same shape
///     learns   nothing, or with affine weight (channels), begins at 1, and bias (channels), begins at 0
///     options  epsilon (1e-5), affine; no_bias beside affine: the weight alone
///     refuses  a single position, whose value would always become 0; an epsilon that is not positive; no_bias without
///              affine
///     costs    two passes over x forwards; backwards two over x for the sums and one for its gradient
///
/// The statistics are those of a sample alone, in training and in an engine: none are kept, as in PyTorch without
/// track_running_stats.
///
///     using block = ctnn::chain<ctnn::conv<32, 3, ctnn::same>, ctnn::instance_norm<ctnn::affine>, ctnn::relu>;
///
/// Ulyanov et al., "Instance normalization: the missing ingredient for fast stylization", 2016;
/// https://pytorch.org/docs/stable/generated/torch.nn.InstanceNorm2d.html
template <auto... Options>
struct instance_norm : detail::grouped_norm {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        constexpr layer_options o = read_options<Options...>();
        constexpr bool learned = o.affine && (o.given & option::affine) != 0;
        if (!detail::takes_affine(o) || !(learned || o.bias)) return refusal::option_not_taken;
        if (!(o.epsilon > 0)) return refusal::number_out_of_range;
        if (in.positions() == 1) return refusal::needs_positions;
        return lower_as("instance_norm", in, in.channels(), learned, o);
    }
};

}  // namespace ctnn
