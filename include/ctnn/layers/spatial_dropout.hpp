// SPDX-License-Identifier: MIT
/// \file
/// Dropout of whole channels.
#pragma once

#include "ctnn/core/number.hpp"
#include "ctnn/kernels/channel_dropout.hpp"

namespace ctnn {

/// In training sets whole channels of a sample to zero with probability Rate and divides the others by 1 - Rate; an
/// engine has no dropout.
///
///     takes    a sequence, an image or a volume
///     gives    the same shape
///     learns   nothing
///     costs    one pass, in place
///     refuses  a vector, where dropout does the same; a rate outside [0, 1)
///
/// Neighboring positions of a channel resemble each other, so that dropout of single elements would take little away.
/// The mask is a function of the seed, the layer's row, the step, the sample and the channel: see dropout.
///
///     using block = ctnn::chain<ctnn::conv<32>, ctnn::relu, ctnn::spatial_dropout<0.2>>;
///
/// Tompson et al., "Efficient object localization using convolutional networks", 2014;
/// https://pytorch.org/docs/stable/generated/torch.nn.Dropout2d.html
template <number Rate>
struct spatial_dropout {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        if (!(Rate.value() >= 0 && Rate.value() < 1)) return refusal::number_out_of_range;
        if (in.rank == 1) return refusal::needs_positions;
        operation row = make_operation(kind::dropout, "spatial_dropout", in, in);
        row.alpha = Rate.value();
        row.in_place = row.backward_in_place = true;
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        const double rate = call.training ? call.op.alpha : 0;
        kernels::channel_dropout_apply(call.x, call.y, rate, {call.seed, call.op.row, call.step}, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        const double rate = call.training ? call.op.alpha : 0;
        if (call.dx.data == nullptr) return;
        kernels::channel_dropout_apply(call.dy, call.dx, rate, {call.seed, call.op.row, call.step}, call.threads);
    }
};

}  // namespace ctnn
