// SPDX-License-Identifier: MIT
/// \file
/// The code of convolutions and dense layers backwards: gradients of the input, the weights and the bias.
#pragma once

#include <cstring>

#include "ctnn/kernels/convolution_gradient.hpp"
#include "ctnn/layers/convolution_code.hpp"
#include "ctnn/layers/winograd_gradient_code.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// The key of the input's gradient; pixels 0 means that nobody wants it, as in a network's first layer.
template <class T>
[[nodiscard]] constexpr kernels::key input_gradient_key(const operation& op, bool wanted = true) {
    if (!wanted) return {.pixels = 0};
    if (is_dense(op)) return {.dense = true};
    if (is_depthwise(op)) return {.depthwise = true};
    const extent outputs = winograd_outputs(op.gradient_algorithm);
    if (outputs != 0) return winograd_key<T>(outputs, gradient_cost(op));
    const extent stride = op.window.stride[2];
    const extent narrowest = op.in.width() < stride ? 1 : op.in.width() / stride;
    return kernels::choose_tile<T>(narrowest, op.in.channels() / op.groups, stride > 1);
}

/// The key of the weights' gradient.
template <class T>
[[nodiscard]] constexpr kernels::key weight_gradient_key(const operation& op) {
    if (is_depthwise(op)) return {.depthwise = true};
    if (const extent outputs = winograd_outputs(op.weight_algorithm); outputs != 0)
        return winograd_gradient_key<T>(outputs, forward_cost(op));
    const extent channels = op.in.channels() / op.groups;
    const bool touching = op.groups == 1 && op.window.dilation[2] == 1;
    kernels::key chosen = kernels::choose_gradient_tile<T>(touching ? channels * op.window.kernel[2] : channels,
                                                           channels, op.out.channels() / op.groups);
    // Of 256 KB and more, as of a sequence; where no row is, the code for them is not compiled.
    const extent row = op.out.width() * (op.out.channels() + op.in.channels());
    chosen.long_rows = op.out.width() >= 64 && row * static_cast<extent>(sizeof(T)) >= 1 << 18;
    return chosen;
}

/// dx (+)= gradient of the input: one correlation of dy with the flipped weights for each phase of the stride,
/// because the inputs whose distance from each other is the stride see the same taps. dy has a border of
/// gradient_border() zeros.
template <class T, kernels::key K>
void convolution_input_gradient(const backward_call<T>& call) {
    const operation& op = call.op;
    const ctnn::window& window = op.window;
    const kernels::correlation sizes = convolution_sizes(op);
    const extent count = call.dy.count;
    T* packed = call.scratch;
    T* zeros =
        packed + (K.depthwise ? kernels::packed_depthwise(sizes.tap_count(), sizes.groups)
                              : sizes.groups * kernels::packed_group(sizes.tap_count(), sizes.filters, sizes.channels));
    const extent biases = K.depthwise ? round_up(sizes.groups) : sizes.groups * round_up(sizes.channels);
    std::memset(zeros, 0, static_cast<std::size_t>(biases) * sizeof(T));
    for (extent i = 0; i < phase_count(window); ++i) {
        const convolution_phase phase = phase_of(window, op.in, op.out, i, call.dy.step, call.dx.step, call.dx.step);
        if (phase.empty) continue;
        kernels::correlation g = phase.sizes;
        const T* from = call.dy.data + phase.from;
        T* to = call.dx.data + phase.to;
        g.channels = sizes.filters;
        g.filters = sizes.channels;
        g.groups = sizes.groups;
        if (!phase.reached) {
            if (call.accumulate) continue;
            g.channels = 0;  // no tap reaches these inputs: a correlation without terms writes the zeros of the bias
        } else if constexpr (K.depthwise) {
            kernels::pack_depthwise(sizes.taps, phase.run, sizes.groups, call.parameters, packed);
        } else {
            kernels::pack_transposed<T>(sizes, phase.run, K.vectors, call.parameters, packed, nullptr, call.threads);
        }
        for_each_block_of_rows(g, count, call.threads, [&](extent s, extent first, extent last) {
            T* target = to + s * call.dx.sample;
            const T *dy = from + s * call.dy.sample, *add = call.accumulate ? target : nullptr;
            if constexpr (K.depthwise)
                kernels::correlate_depthwise<activation::none>(g, dy, packed, zeros, add, target, first, last);
            else
                kernels::correlate<T, K>(g, dy, packed, zeros, add, target, first, last);
        });
    }
}

/// dx (+)= gradient of the input of a dense layer of vectors.
template <class T>
void dense_layer_input_gradient(const backward_call<T>& call) {
    const extent inputs = call.op.in.channels(), outputs = call.op.out.channels();
    constexpr extent block = 64;
    parallel_for((inputs + block - 1) / block, call.threads, [&](extent i) {
        const extent first = i * block, last = first + block < inputs ? first + block : inputs;
        kernels::dense_input_gradient(call.dy.data, call.dy.sample, call.parameters, outputs, call.dx.data,
                                      call.dx.sample, call.dy.count, first, last, call.accumulate);
    });
}

/// Adds into the gradients of weight and bias. Threads share the weights' tiles: every sum has one owner and one order.
template <class T, kernels::key K>
void convolution_weight_gradient(const backward_call<T>& call) {
    const operation& op = call.op;
    const T* x = nullptr;
    kernels::correlation g = convolution_geometry<T>(op, call.x, call.dy.step, x);
    extent samples = call.dy.count;
    if (is_dense(op)) {  // the samples are the positions of one row
        g.positions[2] = samples;
        g.in_step[2] = call.x.sample;
        g.out_step[2] = call.dy.sample;
        samples = 1;
    }
    T* bias = op.parameters[1].name == nullptr ? nullptr : call.gradients + op.parameters[0].size();
    if constexpr (K.winograd != 0) {
        return winograd_weight_gradient<T, K>(call);
    } else if constexpr (K.depthwise) {
        parallel_for(kernels::vector_count<T>(g.groups), call.threads, [&](extent vector) {
            kernels::depthwise_weight_gradient(g, x, call.x.sample, call.dy.data, call.dy.sample, samples,
                                               call.gradients, bias, vector);
        });
    } else {
        // A part for each thread and no more: each reads all of x and dy.
        const extent units = kernels::gradient_units<K>(g), parts = call.threads < units ? call.threads : units;
        parallel_for(parts, call.threads, [&](extent part) {
            kernels::weight_gradient<T, K>(g, x, call.x.sample, call.dy.data, call.dy.sample, samples, call.gradients,
                                           bias, {part, parts});
        });
    }
}

/// Backwards in training: gradients of weight and bias are added to, dx is overwritten or, with accumulate, added to.
template <class T, kernels::key Input, kernels::key Weights>
void convolution_backward(const backward_call<T>& call) {
    if (call.gradients != nullptr) convolution_weight_gradient<T, Weights>(call);
    if constexpr (Input.dense) {
        if (call.dx.data != nullptr) dense_layer_input_gradient<T>(call);
    } else if constexpr (Input.pixels > 0) {
        if (call.dx.data == nullptr) return;
        if constexpr (Input.winograd != 0)
            winograd_input_gradient<T, Input>(call);
        else
            convolution_input_gradient<T, Input>(call);
    }
}

}  // namespace CTNN_BACKEND
}  // namespace ctnn
