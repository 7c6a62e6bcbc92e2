// SPDX-License-Identifier: MIT
/// \file
/// The elementwise activations: relu, leaky_relu, sigmoid, tanh.
#pragma once

#include "ctnn/core/number.hpp"
#include "ctnn/kernels/activation.hpp"

namespace ctnn {

namespace detail {

/// What all activations share: the same shape out as in, in place, and a gradient from the output or the input alone.
template <activation Function>
struct elementwise {
    [[nodiscard]] static constexpr outcome lower_as(const char* layer, dims in, activation_numbers numbers = {}) {
        operation row{.what = kind::activation, .layer = layer, .in = in, .out = in};
        row.activation = Function;
        row.alpha = numbers.alpha;
        row.beta = numbers.beta;
        row.in_place = row.backward_in_place = true;
        row.backward_reads_input = gradient_reads_input(Function);
        row.backward_reads_output = !row.backward_reads_input;
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::activate<Function, T>(call.x, call.y, call.op.numbers(), call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr)
            kernels::activation_gradient<Function, T>(gradient_reads_input(Function) ? call.x : call.y, call.dy,
                                                      call.dx, call.op.numbers(), call.threads);
    }
};

}  // namespace detail

/// max(x, 0). Takes any shape; NaN stays NaN; the gradient at 0 is 0.
struct relu : detail::elementwise<activation::relu> {
    [[nodiscard]] static constexpr outcome lower(dims in) { return lower_as("relu", in); }
};

/// x where it is positive, Slope x elsewhere (PyTorch's default slope). Takes any shape; refuses a negative or infinite
/// slope, because the sign of the output must tell that of the input.
///
/// https://pytorch.org/docs/stable/generated/torch.nn.LeakyReLU.html
template <number Slope = 0.01>
struct leaky_relu : detail::elementwise<activation::leaky_relu> {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        if (!(Slope.value() >= 0 && Slope.value() < 1e30)) return refusal::number_out_of_range;
        return lower_as("leaky_relu", in, {.alpha = Slope.value()});
    }
};

/// 1 / (1 + e^-x). Takes any shape; at most 4 units in the last place off.
struct sigmoid : detail::elementwise<activation::sigmoid> {
    [[nodiscard]] static constexpr outcome lower(dims in) { return lower_as("sigmoid", in); }
};

/// The hyperbolic tangent. Takes any shape; at most 4 units in the last place off.
struct tanh : detail::elementwise<activation::tanh> {
    [[nodiscard]] static constexpr outcome lower(dims in) { return lower_as("tanh", in); }
};

}  // namespace ctnn
