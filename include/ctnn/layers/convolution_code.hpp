// SPDX-License-Identifier: MIT
/// \file
/// The code of convolutions and dense layers forwards: from the operation and its views to kernels, with threads.
#pragma once

#include "ctnn/core/call.hpp"
#include "ctnn/core/threads.hpp"
#include "ctnn/core/window.hpp"
#include "ctnn/kernels/convolution.hpp"
#include "ctnn/kernels/dense.hpp"
#include "ctnn/kernels/depthwise.hpp"
#include "ctnn/kernels/halve.hpp"
#include "ctnn/kernels/narrow_convolution.hpp"
#include "ctnn/kernels/pack.hpp"
#include "ctnn/layers/convolution_phase.hpp"
#include "ctnn/layers/winograd_code.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Is this a dense layer of vectors: one position, one tap? A sequence of one step is summed as one of many steps.
[[nodiscard]] constexpr bool is_dense(const operation& op) {
    return op.in.rank != 2 && op.in.positions() == 1 && op.out.positions() == 1 && tap_count(op.window) == 1 &&
           op.groups == 1 && !op.transposed;
}

/// Does each channel have taps of its own, and one filter?
[[nodiscard]] constexpr bool is_depthwise(const operation& op) {
    return op.groups > 1 && op.in.channels() == op.groups && op.out.channels() == op.groups;
}

/// The sizes of an operation, without steps.
[[nodiscard]] constexpr kernels::correlation convolution_sizes(const operation& op) {
    kernels::correlation g;
    for (int a = 0; a < 3; ++a) {
        g.positions[a] = op.out.axis[a];
        g.taps[a] = op.window.kernel[a];
    }
    g.channels = op.in.channels() / op.groups;
    g.filters = op.out.channels() / op.groups;
    g.groups = op.groups;
    g.numbers = op.numbers();
    return g;
}

/// The key of the forward kernel. Two operations with equal keys share one piece of code.
template <class T>
[[nodiscard]] constexpr kernels::key forward_key(const operation& op) {
    if (is_dense(op)) return {.dense = true, .activation = op.activation};
    if (is_depthwise(op)) return {.depthwise = true, .activation = op.activation};
    const extent outputs = winograd_outputs(op.algorithm);
    kernels::key chosen{.narrow = true};
    if (outputs != 0)
        chosen = winograd_key<T>(outputs, forward_cost(op));
    else if (!kernels::prefers_narrow<T>(convolution_sizes(op)))
        chosen = kernels::choose_tile<T>(op.out.width(), op.out.channels() / op.groups);
    chosen.activation = op.activation;
    chosen.halved = op.halved;
    chosen.coarse = op.coarse > 0;
    return chosen;
}

/// Numbers that the packed weights and bias of an engine take: the same for every instruction set.
[[nodiscard]] constexpr extent packed_size(const operation& op) {
    const kernels::correlation g = convolution_sizes(op);
    if (const extent outputs = winograd_outputs(op.algorithm); outputs != 0)
        return kernels::winograd_packed(outputs, g.taps[0], g.channels, g.filters) + round_up(g.filters);
    if (is_depthwise(op)) return kernels::packed_depthwise(g.tap_count() + 1, g.groups);
    return g.groups * (kernels::packed_group(g.tap_count(), g.channels, g.filters) + round_up(g.filters));
}

/// Numbers of scratch memory of forward and backward in training, whatever the batch: weights in the kernels' order, or
/// the chunks of their gradient by Winograd's algorithm.
[[nodiscard]] constexpr extent convolution_scratch(const operation& op) {
    if (is_dense(op)) return 0;
    if (is_depthwise(op)) return packed_size(op);
    const kernels::correlation g = convolution_sizes(op);
    const extent outputs = winograd_outputs(op.gradient_algorithm);
    const extent transposed =
        outputs != 0 ? kernels::winograd_packed(outputs, g.taps[0], g.filters, g.channels) + round_up(g.channels)
                     : g.groups * (kernels::packed_group(g.tap_count(), g.filters, g.channels) + round_up(g.channels));
    extent most = packed_size(op) > transposed ? packed_size(op) : transposed;
    if (winograd_outputs(op.weight_algorithm) != 0) {
        const convolution_cost c = forward_cost(op);
        if (const extent chunks = c.gradient_chunks() * c.gradient_chunk(); chunks > most) most = chunks;
    }
    return most;
}

/// Packs the weights and bias of an operation: from the layout that files and training have to packed_size() numbers
/// at `to`. bias, scale and shift (groups * filters numbers each) may be null; y = (x * w + bias) * scale + shift is
/// folded.
template <class T>
void pack_convolution(const operation& op, const T* weights, const T* bias, const T* scale, const T* shift, T* to,
                      extent threads = 1) {
    kernels::correlation g = convolution_sizes(op);
    if (is_depthwise(op)) {  // the bias then lies in one piece
        kernels::pack_depthwise(g.tap_count(), g.groups, weights, scale, to);
        g.filters = g.groups;
        g.groups = 1;
        kernels::pack_bias(g, bias, scale, shift, to + kernels::packed_depthwise(g.tap_count(), g.filters));
        return;
    }
    const kernels::key chosen = forward_key<T>(op);
    if (chosen.winograd != 0)
        pack_winograd<T>(chosen.winograd, forward_cost(op), chosen.vectors, weights, scale, false, to, threads);
    else if (chosen.narrow)
        kernels::pack_narrow(g, weights, scale, to);
    else
        kernels::pack_weights(g, chosen.dense ? kernels::dense_vectors : chosen.vectors, weights, scale, to, threads);
    kernels::pack_bias(g, bias, scale, shift, to + packed_size(op) - g.groups * round_up(g.filters));
}

/// Calls body(sample, first row, last row): blocks of about a million multiply-adds, which take a core some 10 us.
template <class Body>
inline void for_each_block_of_rows(const kernels::correlation& g, extent samples, extent threads, const Body& body) {
    constexpr extent work = 1 << 20;
    const extent row_work = g.row_work() > 0 ? g.row_work() : 1;
    const extent rows = row_work < work ? (work + row_work - 1) / row_work : 1;
    const extent blocks = (g.rows() + rows - 1) / rows;
    parallel_for(samples * blocks, threads, [&](extent i) {
        const extent first = i % blocks * rows;
        body(i / blocks, first, first + rows < g.rows() ? first + rows : g.rows());
    });
}

/// The geometry of the forward pass; `x` is moved to the first tap of the first position.
template <class T>
kernels::correlation convolution_geometry(const operation& op, const batch_view<const T>& x,
                                          const extent (&out_step)[3], const T*& from) {
    kernels::correlation g = convolution_sizes(op);
    from = x.data;
    for (int a = 0; a < 3; ++a) {
        g.in_step[a] = x.step[a] * op.window.stride[a];
        g.tap_step[a] = x.step[a] * op.window.dilation[a];
        g.out_step[a] = out_step[a];
        from -= op.window.before[a] * x.step[a];
        if (a == 2) continue;
        g.row_first[a] = -op.window.before[a];
        g.row_step[a] = op.window.stride[a];
        g.row_tap[a] = op.window.dilation[a];
        g.row_count[a] = op.in.axis[a];
    }
    return g;
}

/// y = activation(bias + x * w + other) of a dense layer of vectors; other.data may be null, or y.data.
template <class T, activation A>
void dense_layer_forward(const forward_call<T>& call, const kernels::dense_weights<T>& weights, const T* bias) {
    const extent samples = call.y.count, outputs = weights.outputs;
    constexpr extent block = kernels::dense_vectors * kernels::lanes<T>;
    const extent blocks = (outputs + block - 1) / block;
    kernels::dense_activation<T> activate{.numbers = call.op.numbers()};
    if constexpr (A != activation::none) activate.apply = &kernels::activate_rows<A, T>;
    const bool small = (1 << 20) > samples * outputs * weights.inputs;
    const extent parts = small || call.threads < 2 ? 1 : call.threads < blocks ? call.threads : blocks;
    parallel_for(parts, call.threads, [&](extent part) {
        const extent first = blocks * part / parts * block, last = blocks * (part + 1) / parts * block;
        kernels::dense_forward(call.x.data, call.x.sample, weights, bias, call.other.data, call.other.sample, activate,
                               call.y.data, call.y.sample, samples, first, last < outputs ? last : outputs);
    });
}

/// The rows [first, last) of one sample by the kernel that the key names; a halved one's are stored as they are.
template <class T, kernels::key K>
CTNN_INLINE void correlate_rows(const kernels::correlation& g, const T* x, const T* packed, const T* bias, const T* add,
                                T* y, extent first, extent last) {
    constexpr kernels::key whole = [] {
        kernels::key k = K;
        k.halved = false;
        return k;
    }();
    if constexpr (K.depthwise)
        kernels::correlate_depthwise<K.activation>(g, x, packed, bias, add, y, first, last);
    else if constexpr (K.narrow)
        kernels::correlate_narrow<K.activation>(g, x, packed, bias, add, y, first, last);
    else
        kernels::correlate<T, whole>(g, x, packed, bias, add, y, first, last);
}

/// Two rows at a time, or as many as fit into a thread's temporary memory, which y gets the maxima of while they lie in
/// the cache. g and its operands as convolution_forward_packed() has them.
template <class T, kernels::key K>
void convolution_halved(const forward_call<T>& call, kernels::correlation g, const T* x, const T* packed,
                        const T* bias) {
    const extent pairs = g.positions[1] / 2, all = g.positions[0] * pairs, filters = g.filters * g.groups;
    const extent row = g.positions[2] * filters, most = halved_rows(call.op) / 2;
    g.out_step[0] = 0;
    g.out_step[1] = row;
    g.out_step[2] = filters;
    const extent pair_work = 2 * g.row_work(),
                 size = pair_work < (1 << 20) ? ((1 << 20) + pair_work - 1) / pair_work : 1;
    const extent pieces = (all + size - 1) / size;
    parallel_for_with_worker(call.y.count * pieces, call.threads, [&](extent i, extent worker) {
        T* const rows = call.thread_scratch + worker * round_up(2 * most * row);
        const extent s = i / pieces, last = (i % pieces + 1) * size < all ? (i % pieces + 1) * size : all;
        for (extent pair = i % pieces * size; pair < last;) {
            const extent d = pair / pairs, h = pair % pairs;
            extent count = pairs - h < most ? pairs - h : most;
            if (count > last - pair) count = last - pair;
            const extent first = d * g.positions[1] + 2 * h;
            const T* add = call.other.data == nullptr ? nullptr : call.other.data + s * call.other.sample;
            correlate_rows<T, K>(g, x + s * call.x.sample, packed, bias, add, rows - 2 * h * row, first,
                                 first + 2 * count);
            for (extent k = 0; k < count; ++k)
                kernels::halve_rows<T>(rows + 2 * k * row, row, filters, call.y.at(s, d, h + k, 0), call.y.step[2],
                                       g.positions[2] / 2, filters);
            pair += count;
        }
    });
}

/// y = activation(bias + conv(x) + other) with packed weights, as in an engine. x has a border of zeros as wide as the
/// padding; other.data may be null, or y.data.
template <class T, kernels::key K>
void convolution_forward_packed(const forward_call<T>& call, const T* packed) {
    const T* x = nullptr;
    kernels::correlation g = convolution_geometry<T>(call.op, call.x, call.y.step, x);
    for (int a = 0; a < 3; ++a) g.add_step[a] = call.other.step[a];
    const T* bias = packed + (K.depthwise ? kernels::packed_depthwise(g.tap_count(), g.groups)
                                          : g.groups * kernels::packed_group(g.tap_count(), g.channels, g.filters));
    if constexpr (K.halved) return convolution_halved<T, K>(call, g, x, packed, bias);
    for_each_block_of_rows(g, call.y.count, call.threads, [&](extent s, extent first, extent last) {
        const T* add = call.other.data == nullptr ? nullptr : call.other.data + s * call.other.sample;
        correlate_rows<T, K>(g, x + s * call.x.sample, packed, bias, add, call.y.data + s * call.y.sample, first, last);
    });
}

/// The same in an engine: parameters are packed.
template <class T, kernels::key K>
void convolution_engine_forward(const forward_call<T>& call) {
    const operation& op = call.op;
    const extent inputs = op.in.channels(), outputs = op.out.channels();
    if constexpr (K.dense)
        dense_layer_forward<T, K.activation>(call, {call.parameters, inputs, outputs, true},
                                             call.parameters + kernels::packed_group(1, inputs, outputs));
    else if constexpr (K.winograd != 0)
        winograd_forward_packed<T, K>(call, call.parameters);
    else
        convolution_forward_packed<T, K>(call, call.parameters);
}

/// The same in training: parameters are weight, then bias. A convolution packs them into scratch first, which costs a
/// copy of the weights for a whole batch; a dense layer reads them as they are.
template <class T, kernels::key K>
void convolution_forward(const forward_call<T>& call) {
    const operation& op = call.op;
    const T* bias = op.parameters[1].name == nullptr ? nullptr : call.parameters + op.parameters[0].size();
    if constexpr (K.dense) {
        dense_layer_forward<T, K.activation>(call, {call.parameters, op.in.channels(), op.out.channels(), false}, bias);
    } else {
        pack_convolution<T>(op, call.parameters, bias, nullptr, nullptr, call.scratch, call.threads);
        if constexpr (K.winograd != 0)
            winograd_forward_packed<T, K>(call, call.scratch);
        else
            convolution_forward_packed<T, K>(call, call.scratch);
    }
}

}  // namespace CTNN_BACKEND
}  // namespace ctnn
