// SPDX-License-Identifier: MIT
/// \file
/// The code of transposed convolutions: that of a convolution's gradients, with input and output exchanged.
#pragma once

#include "ctnn/layers/convolution_gradient_code.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// The convolution from the output of a transposed one to its input, whose input's gradient the latter computes. It has
/// the same weights, and no bias.
[[nodiscard]] constexpr operation adjoint(const operation& op) {
    operation convolution = op;
    convolution.in = op.out;
    convolution.out = op.in;
    convolution.transposed = false;
    convolution.activation = activation::none;
    convolution.parameters[1] = {};
    return convolution;
}

/// The key of the forward kernel. Phases of a stride may differ in width by one.
template <class T>
[[nodiscard]] constexpr kernels::key transposed_key(const operation& op) {
    if (is_depthwise(op)) return {.depthwise = true, .activation = op.activation};
    const extent stride = op.window.stride[2], narrowest = op.out.width() < stride ? 1 : op.out.width() / stride;
    kernels::key chosen = kernels::choose_tile<T>(narrowest, op.out.channels() / op.groups, stride > 1);
    chosen.activation = op.activation;
    return chosen;
}

/// Where the bias lies among the packed_size() numbers of a transposed convolution.
[[nodiscard]] constexpr extent packed_bias(const operation& op) {
    return packed_size(op) -
           (is_depthwise(op) ? round_up(op.groups) : op.groups * round_up(op.out.channels() / op.groups));
}

/// Packs weights and bias, phase after phase of the stride; the rest as pack_convolution().
template <class T>
void pack_transposed_convolution(const operation& op, const T* weights, const T* bias, const T* scale, const T* shift,
                                 T* to) {
    const extent vectors = transposed_key<T>(op).vectors, none[3]{};
    kernels::correlation g = convolution_sizes(op), exchanged = g;  // exchanged: from the output to the input
    exchanged.channels = g.filters;
    exchanged.filters = g.channels;
    T* next = to;
    for (extent i = 0; i < phase_count(op.window); ++i) {
        const convolution_phase phase = phase_of(op.window, op.out, op.in, i, none, none, none);
        if (phase.empty || !phase.reached) continue;
        if (is_depthwise(op)) {
            kernels::pack_depthwise(g.taps, phase.run, g.groups, weights, next, scale);
            next += kernels::packed_depthwise(phase.taps(), g.groups);
        } else {
            kernels::pack_transposed(exchanged, phase.run, vectors, weights, next, scale);
            next += g.groups * kernels::packed_group(phase.taps(), g.channels, g.filters);
        }
    }
    if (is_depthwise(op)) {  // the bias then lies in one piece
        g.filters = g.groups;
        g.groups = 1;
    }
    kernels::pack_bias(g, bias, scale, shift, to + packed_bias(op));
}

/// y = activation(bias + transposed convolution of x + other) with packed weights, as in an engine. x has a border of
/// input_border() zeros; other.data may be null, or y.data.
template <class T, kernels::key K>
void transposed_forward_packed(const forward_call<T>& call, const T* packed) {
    const operation& op = call.op;
    const T *bias = packed + packed_bias(op), *weights = packed;
    for (extent i = 0; i < phase_count(op.window); ++i) {
        const convolution_phase phase =
            phase_of(op.window, op.out, op.in, i, call.x.step, call.y.step, call.other.step);
        if (phase.empty) continue;
        kernels::correlation g = phase.sizes;
        g.channels = phase.reached ? op.in.channels() / op.groups : 0;  // bias and addend alone where no tap reaches
        g.filters = op.out.channels() / op.groups;
        g.groups = op.groups;
        g.numbers = op.numbers();
        for_each_block_of_rows(g, call.y.count, call.threads, [&](extent s, extent first, extent last) {
            const T* from = call.x.data + s * call.x.sample + phase.from;
            const T* add = call.other.data == nullptr ? nullptr : call.other.data + s * call.other.sample + phase.add;
            T* to = call.y.data + s * call.y.sample + phase.to;
            if constexpr (K.depthwise)
                kernels::correlate_depthwise<K.activation>(g, from, weights, bias, add, to, first, last);
            else
                kernels::correlate<T, K>(g, from, weights, bias, add, to, first, last);
        });
        if (!phase.reached) continue;
        if constexpr (K.depthwise)
            weights += kernels::packed_depthwise(phase.taps(), g.groups);
        else
            weights += g.groups * kernels::packed_group(phase.taps(), g.channels, g.filters);
    }
}

/// In an engine.
template <class T, kernels::key K>
void transposed_engine_forward(const forward_call<T>& call) {
    transposed_forward_packed<T, K>(call, call.parameters);
}

/// In training: parameters are weight, then bias.
template <class T, kernels::key K>
void transposed_forward(const forward_call<T>& call) {
    const operation& op = call.op;
    const T* bias = op.parameters[1].name == nullptr ? nullptr : call.parameters + op.parameters[0].size();
    pack_transposed_convolution<T>(op, call.parameters, bias, nullptr, nullptr, call.scratch);
    transposed_forward_packed<T, K>(call, call.scratch);
}

/// db += the sums of dy over samples and positions, in that order.
template <class T>
void transposed_bias_gradient(const operation& op, const batch_view<const T>& dy, T* db) {
    constexpr extent most = 16;
    kernels::correlation g = convolution_sizes(op);
    for (int a = 0; a < 3; ++a) g.out_step[a] = dy.step[a];
    for (extent s = 0; s < dy.count; ++s)
        for (extent begin = 0; begin < g.rows(); begin += most) {
            const extent count = g.rows() - begin < most ? g.rows() - begin : most;
            extent rows[most][2]{};
            for (extent r = 0; r < count; ++r)
                rows[r][1] = s * dy.sample + (begin + r) / g.positions[1] * dy.step[0] +
                             (begin + r) % g.positions[1] * dy.step[1];
            kernels::bias_gradient(g, dy.data, rows, count, db);
        }
}

/// Backwards in training, as convolution_backward(): the input's gradient is the adjoint convolution of dy, the
/// weights' is the adjoint's with dy as its input and x as the gradient of its output. Keys are the adjoint's.
template <class T, kernels::key Input, kernels::key Weights>
void transposed_backward(const backward_call<T>& call) {
    const operation convolution = adjoint(call.op);
    if (call.gradients != nullptr) {
        convolution_weight_gradient<T, Weights>({.op = convolution,
                                                 .x = call.dy,
                                                 .other = {},
                                                 .y = {},
                                                 .dy = call.x,
                                                 .dx = {},
                                                 .parameters = call.parameters,
                                                 .gradients = call.gradients,
                                                 .scratch = call.scratch,
                                                 .thread_scratch = call.thread_scratch,
                                                 .threads = call.threads});
        if (call.op.parameters[1].name != nullptr)
            transposed_bias_gradient<T>(call.op, call.dy, call.gradients + call.op.parameters[0].size());
    }
    if constexpr (Input.pixels > 0) {
        if (call.dx.data == nullptr) return;
        batch_view<const T> sum;
        if (call.accumulate) sum = call.dx;
        convolution_forward<T, Input>({.op = convolution,
                                       .x = call.dy,
                                       .other = sum,
                                       .y = call.dx,
                                       .parameters = call.parameters,
                                       .scratch = call.scratch,
                                       .thread_scratch = call.thread_scratch,
                                       .threads = call.threads});
    }
}

}  // namespace CTNN_BACKEND
}  // namespace ctnn
