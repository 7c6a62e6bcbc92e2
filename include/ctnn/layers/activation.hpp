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

/// max(x, 0); NaN stays NaN, and the gradient at 0 is 0.
///
///     takes    any shape
///     gives    the same shape
///     learns   nothing
///     costs    one pass, in place; none of its own behind a convolution or dense layer, which applies it
///
///     using block = ctnn::chain<ctnn::conv<32, 3, ctnn::same>, ctnn::relu>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.ReLU.html
struct relu : detail::elementwise<activation::relu> {
    [[nodiscard]] static constexpr outcome lower(dims in) { return lower_as("relu", in); }
};

/// x where it is positive, Slope x elsewhere (PyTorch's default slope).
///
///     takes    any shape
///     gives    the same shape
///     learns   nothing
///     costs    one pass, in place; none of its own behind a convolution or dense layer, which applies it
///     refuses  a negative or infinite slope, because the sign of the output must tell that of the input
///
///     using block = ctnn::chain<ctnn::conv<32, 4, ctnn::stride<2>>, ctnn::leaky_relu<0.2>>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.LeakyReLU.html
template <number Slope = 0.01>
struct leaky_relu : detail::elementwise<activation::leaky_relu> {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        if (!(Slope.value() >= 0 && Slope.value() < 1e30)) return refusal::number_out_of_range;
        return lower_as("leaky_relu", in, {.alpha = Slope.value()});
    }
};

/// 1 / (1 + e^-x), at most 4 units in the last place off.
///
///     takes    any shape
///     gives    the same shape
///     learns   nothing
///     costs    an exponential a number, in one pass in place; no pass of its own behind a convolution or dense layer
///              of an engine, which applies it, and none in training where the loss takes it over
///
///     using head = ctnn::network<ctnn::shape<512>, ctnn::dense<1>, ctnn::sigmoid>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html
struct sigmoid : detail::elementwise<activation::sigmoid> {
    [[nodiscard]] static constexpr outcome lower(dims in) { return lower_as("sigmoid", in); }
};

/// The hyperbolic tangent, at most 4 units in the last place off.
///
///     takes    any shape
///     gives    the same shape
///     learns   nothing
///     costs    an exponential a number, in one pass in place; no pass of its own behind a convolution or dense layer
///              of an engine, which applies it
///
///     using block = ctnn::chain<ctnn::dense<64>, ctnn::tanh>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.Tanh.html
struct tanh : detail::elementwise<activation::tanh> {
    [[nodiscard]] static constexpr outcome lower(dims in) { return lower_as("tanh", in); }
};

}  // namespace ctnn
