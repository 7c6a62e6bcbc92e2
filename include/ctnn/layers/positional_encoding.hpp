// SPDX-License-Identifier: MIT
/// \file
/// The positions of tokens.
#pragma once

#include "ctnn/core/attention_options.hpp"
#include "ctnn/kernels/positional_encoding.hpp"

namespace ctnn {

/// Adds to every token a vector that tells its position, which attention alone does not see.
///
///     takes    shape<T, C>, a sequence of T tokens
///     gives    the same shape
///     learns   nothing: position t has sin(t w) in each even channel c, w = 10000^(-c / C), and cos(t w) in the one
///              behind it; with learned_positions weight (T, C), glorot_uniform
///     options  learned_positions
///     refuses  whatever is no sequence
///     costs    an addition; an engine keeps the T C sines and cosines, a training step computes them
///
///     using net = ctnn::network<ctnn::shape<100>, ctnn::embedding<1000, 64>, ctnn::positional_encoding<>,
///                               ctnn::multi_head_attention<ctnn::heads<4>>>;
///
/// Vaswani et al., "Attention is all you need", 2017, section 3.5;
/// https://keras.io/keras_hub/api/modeling_layers/position_embedding/
template <auto... Options>
struct positional_encoding {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        constexpr layer_options o = read_options<Options...>();
        if (o.repeated || (o.given & ~option::learned) != 0) return refusal::option_not_taken;
        if (in.rank != 2) return refusal::needs_sequence;
        operation row = make_operation(kind::custom, "positional_encoding", in, in);
        row.in_place = row.backward_in_place = true;
        row.packed = row.scratch = in.size();
        if ((o.given & option::learned) == 0) return row;
        row.scratch = 0;
        row.parameters[0] = {.name = "weight",
                             .axis = {in.positions(), in.channels(), 1, 1, 1},
                             .rank = 2,
                             .start = initializer::glorot_uniform,
                             .fan_in = in.positions(),
                             .fan_out = in.channels()};
        return row;
    }
    template <class T>
    static void pack(const pack_call<T>& call) {
        write_table(call.op, call.parameters, call.to);
    }
    template <class T>
    static void infer(const forward_call<T>& call) {
        kernels::add_table(call.x, call.y, call.parameters, call.threads);
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        const bool own = call.op.parameters[0].name != nullptr;
        if (!own) write_table(call.op, call.parameters, call.scratch);
        kernels::add_table(call.x, call.y, own ? call.parameters : call.scratch, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.op.parameters[0].name != nullptr) kernels::add_table_gradient(call.dy, call.gradients, call.threads);
        if (call.dx.data != nullptr && call.dx.data != call.dy.data)
            kernels::add_table<T>(call.dy, call.dx, nullptr, call.threads);
    }

private:
    template <class T>
    static void write_table(const operation& op, const T* parameters, T* to) {
        const extent tokens = op.in.positions(), width = op.in.channels();
        if (op.parameters[0].name == nullptr) return kernels::write_sinusoids(to, tokens, width);
        for (extent i = 0; i < tokens * width; ++i) to[i] = parameters[i];
    }
};

}  // namespace ctnn
