// SPDX-License-Identifier: MIT
/// \file
/// The rule and the calls of layer_norm<over_all>: a sample's elements are normalized together.
#pragma once

#include "ctnn/kernels/sample_norm.hpp"
#include "ctnn/layers/group_norm.hpp"

namespace ctnn::detail {

/// Each element has a weight of its own. Without weights this is a group norm of one group.
struct sample_norm : grouped_norm {
    [[nodiscard]] static constexpr operation lower_as(const char* layer, const dims& in, const layer_options& o) {
        operation row = grouped_norm::lower_as(layer, in, 1, o.affine, o);
        learn_affine(row, in, o.affine, o.bias);
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        if (call.op.parameters[0].name == nullptr) return grouped_norm::forward(call);
        const T* bias = call.op.parameters[1].name != nullptr ? call.parameters + call.op.in.size() : nullptr;
        kernels::sample_norm_forward(call.x, call.y, call.parameters, bias, call.op.epsilon, call.scratch,
                                     call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.op.parameters[0].name == nullptr) return grouped_norm::backward(call);
        const auto [d_weight, d_bias] = gradients_of(call.op, call.gradients, call.op.in.size());
        kernels::sample_norm_backward(call.x, call.dy, call.dx, call.parameters, call.op.epsilon, d_weight, d_bias,
                                      call.scratch, call.threads);
    }
};

}  // namespace ctnn::detail
