// SPDX-License-Identifier: MIT
/// \file
/// The positions of tokens and pixels.
#pragma once

#include "ctnn/core/attention_options.hpp"
#include "ctnn/kernels/positional_encoding.hpp"

namespace ctnn {

/// Adds to every token, or pixel, a vector that tells its position, which attention alone does not see.
///
///     takes    shape<T, C>, a sequence of T tokens, an image or a volume
///     gives    the same shape
///     learns   nothing: position t has sin(t w) in each even channel c, w = 10000^(-c / C), and cos(t w) in the one
///              behind it; with learned_positions weight, as large as a sample, glorot_uniform
///     options  learned_positions
///     refuses  a vector; less than two channels for each axis of an image or volume
///     costs    an addition; an engine keeps the sines and cosines, a training step computes them
///
/// The channels of an image are divided among its axes: the first half says in which row a pixel lies, the second in
/// which column, each as if it were a sequence of C / 2 channels; those of a volume in thirds. Parts begin with an even
/// channel, and the last has what is left. Put it in front of the reshape that makes tokens of patches.
///
///     using net = ctnn::network<ctnn::shape<100>, ctnn::embedding<1000, 64>, ctnn::positional_encoding<>,
///                               ctnn::multi_head_attention<ctnn::heads<4>>>;
///     using patches = ctnn::network<ctnn::shape<64, 64, 1>, ctnn::conv<32, 8, ctnn::stride<8>>,
///                                   ctnn::positional_encoding<>, ctnn::reshape<64, 32>, ctnn::transformer_encoder<>>;
///
/// Vaswani et al., "Attention is all you need", 2017, section 3.5; for images Carion et al., "End-to-end object
/// detection with transformers", 2020, appendix A.4, with positions counted from 0;
/// https://keras.io/keras_hub/api/modeling_layers/position_embedding/
template <auto... Options>
struct positional_encoding {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        constexpr layer_options o = read_options<Options...>();
        if (o.repeated || (o.given & ~option::learned) != 0) return refusal::option_not_taken;
        if (in.rank < 2) return refusal::needs_positions;
        if ((o.given & option::learned) == 0 && in.rank > 2 && in.channels() < 2 * (in.rank - 1))
            return refusal::needs_channels_for_axes;
        operation row = make_operation(kind::custom, "positional_encoding", in, in);
        row.in_place = row.backward_in_place = true;
        row.packed = row.scratch = in.size();
        if ((o.given & option::learned) == 0) return row;
        row.scratch = 0;
        row.parameters[0] = {.name = "weight",
                             .axis = {in[0], in[1], in.rank > 2 ? in[2] : 1, in.rank > 3 ? in[3] : 1, 1},
                             .rank = in.rank,
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
        if (op.parameters[0].name == nullptr) return kernels::write_sinusoids(to, op.in);
        for (extent i = 0; i < op.in.size(); ++i) to[i] = parameters[i];
    }
};

}  // namespace ctnn
