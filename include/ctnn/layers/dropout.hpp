// SPDX-License-Identifier: MIT
/// \file
/// Dropout.
#pragma once

#include "ctnn/core/number.hpp"
#include "ctnn/kernels/dropout.hpp"

namespace ctnn {

/// In training sets elements to zero with probability Rate and divides the others by 1 - Rate; an engine has no
/// dropout.
///
///     takes    any shape
///     gives    the same shape
///     learns   nothing
///     costs    one pass in place in training, random numbers included; nothing in an engine
///     refuses  a rate outside [0, 1)
///
/// The mask is a function of the seed, the layer's row, the step and the element: the same for any number of threads,
/// and drawn again by backward instead of being kept.
///
///     using head = ctnn::network<ctnn::shape<512>, ctnn::dense<64>, ctnn::relu, ctnn::dropout<0.5>, ctnn::dense<3>>;
///
/// Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
template <number Rate>
struct dropout {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        if (!(Rate.value() >= 0 && Rate.value() < 1)) return refusal::number_out_of_range;
        operation row{.what = kind::dropout, .layer = "dropout", .in = in, .out = in};
        row.alpha = Rate.value();
        row.in_place = row.backward_in_place = true;
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        const double rate = call.training ? call.op.alpha : 0;
        kernels::dropout_apply(call.x, call.y, rate, {call.seed, call.op.row, call.step}, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        const double rate = call.training ? call.op.alpha : 0;
        if (call.dx.data != nullptr)
            kernels::dropout_apply(call.dy, call.dx, rate, {call.seed, call.op.row, call.step}, call.threads);
    }
};

}  // namespace ctnn
