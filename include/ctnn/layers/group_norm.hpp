// SPDX-License-Identifier: MIT
/// \file
/// Group normalization.
#pragma once

#include "ctnn/kernels/group_norm.hpp"
#include "ctnn/layers/affine.hpp"

namespace ctnn {

namespace detail {

/// What group_norm and instance_norm share: the row and the calls.
struct grouped_norm {
    [[nodiscard]] static constexpr operation lower_as(const char* layer, const dims& in, extent groups, bool learned,
                                                      const layer_options& o) {
        operation row = make_operation(kind::custom, layer, in, in);
        row.epsilon = o.epsilon;
        row.groups = groups;
        row.in_place = row.backward_in_place = row.backward_reads_input = true;
        learn_affine(row, make_dims(in.channels()), learned, o.bias);
        row.scratch = 2 * in.channels() + kernels::sample_wave(in).scratch();
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        const extent channels = call.op.in.channels();
        const auto [weight, bias] = affine_of(call.op, call.parameters, call.scratch, channels);
        kernels::group_norm_forward(call.x, call.y, call.op.groups, weight, bias, call.op.epsilon,
                                    call.scratch + 2 * channels, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        const extent channels = call.op.in.channels();
        const auto [weight, bias] = affine_of(call.op, call.parameters, call.scratch, channels);
        const auto [d_weight, d_bias] = gradients_of(call.op, call.gradients, channels);
        kernels::group_norm_backward(call.x, call.dy, call.dx, call.op.groups, weight, call.op.epsilon, d_weight,
                                     d_bias, call.scratch + 2 * channels, call.threads);
    }
};

}  // namespace detail

/// Normalizes Groups groups of neighboring channels over all positions of a sample:
/// y = (x - mean) / sqrt(variance + epsilon) weight + bias.
///
///     takes    a vector, a sequence, an image or a volume
///     gives    the same shape
///     learns   weight (channels), begins at 1; bias (channels), begins at 0
///     options  epsilon (1e-5), no_bias, no_affine (neither weight nor bias)
///     refuses  groups that do not divide the channels, a group of a single number, an epsilon that is not positive;
///              no_bias beside no_affine
///     costs    two passes over x forwards; backwards two over x for the sums and one for its gradient
///
/// The statistics are those of a sample alone, whatever the batch, in training and in an engine.
///
///     using block = ctnn::chain<ctnn::conv<32, 3, ctnn::same, ctnn::no_bias>, ctnn::group_norm<8>, ctnn::relu>;
///
/// Wu and He, "Group normalization", 2018; https://pytorch.org/docs/stable/generated/torch.nn.GroupNorm.html
template <extent Groups, auto... Options>
struct group_norm : detail::grouped_norm {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        constexpr layer_options o = read_options<Options...>();
        if (!detail::takes_affine(o)) return refusal::option_not_taken;
        if (!(o.epsilon > 0) || Groups < 1) return refusal::number_out_of_range;
        if (in.channels() % Groups != 0) return refusal::groups_do_not_divide;
        if (in.size() == Groups) return refusal::needs_positions;
        return lower_as("group_norm", in, Groups, o.affine, o);
    }
};

}  // namespace ctnn
