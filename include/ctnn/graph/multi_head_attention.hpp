// SPDX-License-Identifier: MIT
/// \file
/// Multi-head attention: three rows of a network's table.
#pragma once

#include "ctnn/graph/compose.hpp"
#include "ctnn/layers/attention.hpp"
#include "ctnn/layers/dense.hpp"

namespace ctnn {

namespace detail {

/// Goes down to a part at a position of a composite under a name, as `named` does; the name stands in place of the
/// position.
template <class Routine>
constexpr void enter_named(builder<Routine>& b, int index, const char* name) {
    b.enter(index);
    b.enter(0, name);
}
template <class Routine>
constexpr void leave_named(builder<Routine>& b) {
    b.leave();
    b.leave();
}

/// A dense layer of a name, in a composite whose shapes decide its units.
template <class Routine>
constexpr wire emit_dense_as(builder<Routine>& b, int index, const char* name, wire in, extent units, bool bias) {
    layer_options o;
    o.bias = bias;
    enter_named(b, index, name);
    in = b.apply(lower_dense(o, in.shape, units).what, Routine{}, in);
    leave_named(b);
    return in;
}

/// Why attention with these options refuses a shape, if it does: it sees three projections as wide as the tokens.
constexpr refusal attention_refusal(const dims& in, const layer_options& o) {
    return attention_code::lower_as(in.with_channels(3 * in.channels()), o).why;
}

/// Why attention to a memory refuses, if it does.
template <class Routine>
constexpr refusal cross_refusal(const builder<Routine>& b, const dims& in, const layer_options& o) {
    if (o.causal) return refusal::option_not_taken;
    return b.memory.id < 0 ? refusal::needs_memory : attention_code::lower_cross(in, b.memory.shape, o).why;
}

/// Attention between its projections, where it is not refused.
template <class Routine>
constexpr wire emit_attention(builder<Routine>& b, wire in, const layer_options& o) {
    const extent width = in.shape.channels();
    in = emit_dense_as(b, 0, "in_proj", in, 3 * width, o.bias);
    b.enter(1);
    in = b.apply(attention_code::lower_as(in.shape, o).what, routine_of<attention_code, Routine>(), in);
    b.leave();
    return emit_dense_as(b, 2, "out_proj", in, width, o.bias);
}
template <class Routine>
constexpr wire emit_cross_attention(builder<Routine>& b, wire in, const layer_options& o) {
    const extent width = in.shape.channels();
    const wire queries = emit_dense_as(b, 0, "q_proj", in, width, o.bias);
    const wire memory = emit_dense_as(b, 1, "kv_proj", b.memory, 2 * width, o.bias);
    b.enter(2);
    in = b.apply(attention_code::lower_cross(queries.shape, memory.shape, o).what,
                 routine_of<attention_code, Routine>(), queries, memory);
    b.leave();
    return emit_dense_as(b, 3, "out_proj", in, width, o.bias);
}

}  // namespace detail

/// Multi-head attention: every token becomes a mean of all tokens' values, weighted by how well its query fits their
/// keys, in each head anew; queries, keys and values are projections of the tokens. With to_memory keys and values are
/// projections of another value, the memory: cross attention.
///
///     takes    shape<T, C>, a sequence of T tokens; with to_memory within with_memory, of a memory shape<S, M>
///     gives    the same shape
///     learns   in_proj.weight (C, 3 C) and in_proj.bias (3 C), for queries, keys and values in this order, as one
///              glorot_uniform tensor; out_proj.weight (C, C), out_proj.bias (C); with to_memory q_proj.weight (C, C),
///              q_proj.bias (C) and kv_proj.weight (M, 2 C), kv_proj.bias (2 C) instead of in_proj
///     options  heads (1); causal (a token sees itself and those before it); to_memory; no_bias; dropout_rate (0), of
///              the weights in training, the others being divided by 1 - rate
///     refuses  whatever is no sequence; channels that the heads do not divide; a rate outside [0, 1); to_memory where
///              there is none, or with causal
///     costs    4 T C^2 + 2 T^2 C multiply-adds forwards; memory grows with T, not with T^2
///
/// Tokens that masking or length_mask mark as absent are seen by nobody; a token that could see those alone becomes the
/// bias of out_proj. PyTorch's in_proj_weight and out_proj.weight are the transposes of these.
///
///     using block = ctnn::residual<ctnn::layer_norm<>, ctnn::multi_head_attention<ctnn::heads<3>>>;
///
/// Vaswani et al., "Attention is all you need", 2017;
/// https://pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html
template <auto... Options>
struct multi_head_attention {
    using children = types<>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        constexpr layer_options o = read_options<Options...>();
        if (!detail::takes_attention(o, option::bias | option::memory))
            return b.refuse(refusal::option_not_taken, in.shape);
        if (!detail::is_rate(o.dropout_rate)) return b.refuse(refusal::number_out_of_range, in.shape);
        if (b.steps != 0) return b.refuse(refusal::needs_steps_apart, in.shape);
        if ((o.given & option::memory) != 0) {
            const refusal why = detail::cross_refusal(b, in.shape, o);
            return why == refusal::none ? detail::emit_cross_attention(b, in, o) : b.refuse(why, in.shape);
        }
        const refusal why = detail::attention_refusal(in.shape, o);
        return why == refusal::none ? detail::emit_attention(b, in, o) : b.refuse(why, in.shape);
    }
};

}  // namespace ctnn
