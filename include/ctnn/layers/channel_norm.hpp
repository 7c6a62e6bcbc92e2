// SPDX-License-Identifier: MIT
/// \file
/// What layer_norm and rms_norm share: the rule and the calls of a normalization over channels.
#pragma once

#include "ctnn/kernels/channel_norm.hpp"
#include "ctnn/layers/affine.hpp"

namespace ctnn::detail {

template <bool Centered>
struct channel_norm {
    [[nodiscard]] static constexpr operation lower_as(const char* layer, const dims& in, const layer_options& o) {
        operation row = make_operation(kind::custom, layer, in, in);
        row.epsilon = o.epsilon;
        row.in_place = row.backward_in_place = row.backward_reads_input = row.positionwise = true;
        learn_affine(row, make_dims(in.channels()), o.affine, Centered && o.bias);
        row.scratch = 2 * in.channels() + kernels::channel_norm_scratch(in.channels());
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        const auto [weight, bias] = affine_of(call.op, call.parameters, call.scratch, call.op.in.channels());
        kernels::channel_norm_forward<Centered>(call.x, call.y, weight, bias, call.op.epsilon, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        const extent channels = call.op.in.channels();
        const auto [weight, bias] = affine_of(call.op, call.parameters, call.scratch, channels);
        const auto [d_weight, d_bias] = gradients_of(call.op, call.gradients, channels);
        kernels::channel_norm_backward<Centered>(call.x, call.dy, call.dx, weight, call.op.epsilon, d_weight, d_bias,
                                                 call.scratch + 2 * channels, call.threads);
    }
};

}  // namespace ctnn::detail
