// SPDX-License-Identifier: MIT
/// \file
/// Additive noise.
#pragma once

#include "ctnn/core/number.hpp"
#include "ctnn/kernels/gaussian_noise.hpp"
#include "ctnn/layers/structural.hpp"

namespace ctnn {

/// In training adds to every element a normal number with mean 0 and standard deviation Sigma; an engine adds none.
///
///     takes    any shape
///     gives    the same shape
///     learns   nothing
///     costs    one pass in place in training, random numbers included; at most a copy in an engine
///     refuses  a negative or infinite deviation
///
/// The noise is a function of the seed, the layer's row, the step and the element: the same for any number of threads,
/// and but for rounding on every platform.
///
///     using net = ctnn::network<ctnn::shape<28, 28, 1>, ctnn::gaussian_noise<0.1>, ctnn::flatten, ctnn::dense<10>>;
///
/// Keras' layer: https://keras.io/api/layers/regularization_layers/gaussian_noise/
template <number Sigma>
struct gaussian_noise {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        if (!(Sigma.value() >= 0 && Sigma.value() < 1e30)) return refusal::number_out_of_range;
        operation row = make_operation(kind::dropout, "gaussian_noise", in, in);
        row.alpha = Sigma.value();
        row.in_place = row.backward_in_place = true;
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        if (!call.training) return execution::copy_view<T>(call.x, call.y, false, call.threads);
        kernels::add_gaussian_noise(call.x, call.y, call.op.alpha, {call.seed, call.op.row, call.step}, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr) execution::copy_view<T>(call.dy, call.dx, false, call.threads);
    }
};

}  // namespace ctnn
