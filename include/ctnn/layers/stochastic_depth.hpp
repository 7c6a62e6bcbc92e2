// SPDX-License-Identifier: MIT
/// \file
/// Stochastic depth: dropout of a residual branch.
#pragma once

#include "ctnn/core/number.hpp"
#include "ctnn/kernels/channel_dropout.hpp"

namespace ctnn {

/// In training sets a whole sample to zero with probability Rate and divides the others by 1 - Rate: at the end of a
/// residual branch it leaves the sample's input alone. An engine has none.
///
///     takes    any shape
///     gives    the same shape
///     learns   nothing
///     costs    one pass, in place
///     refuses  a rate outside [0, 1)
///
/// The mask is a function of the seed, the layer's row, the step and the sample: see dropout.
///
///     using block = ctnn::residual<ctnn::conv<32, 3, ctnn::same>, ctnn::batch_norm<>, ctnn::stochastic_depth<0.1>>;
///
/// Huang et al., "Deep networks with stochastic depth", 2016; mode "row" of
/// https://pytorch.org/vision/stable/generated/torchvision.ops.stochastic_depth.html
template <number Rate>
struct stochastic_depth {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        if (!(Rate.value() >= 0 && Rate.value() < 1)) return refusal::number_out_of_range;
        operation row = make_operation(kind::dropout, "stochastic_depth", in, in);
        row.alpha = Rate.value();
        row.in_place = row.backward_in_place = true;
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        const double rate = call.training ? call.op.alpha : 0;
        kernels::sample_dropout_apply(call.x, call.y, rate, {call.seed, call.op.row, call.step}, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        const double rate = call.training ? call.op.alpha : 0;
        if (call.dx.data == nullptr) return;
        kernels::sample_dropout_apply(call.dy, call.dx, rate, {call.seed, call.op.row, call.step}, call.threads);
    }
};

}  // namespace ctnn
