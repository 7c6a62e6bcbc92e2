// SPDX-License-Identifier: MIT
/// \file
/// What the blocks of a transformer's encoder and decoder are made of.
#pragma once

#include <type_traits>

#include "ctnn/core/transformer_options.hpp"
#include "ctnn/graph/multi_head_attention.hpp"
#include "ctnn/graph/scale_by.hpp"
#include "ctnn/layers/activation.hpp"
#include "ctnn/layers/dropout.hpp"
#include "ctnn/layers/layer_norm.hpp"

namespace ctnn {

namespace detail {

/// The activation that a list of options names with its feed_forward: relu where it names none.
template <class... Options>
struct hidden_activation {
    using type = relu;
};
template <class First, class... Rest>
struct hidden_activation<First, Rest...> : hidden_activation<Rest...> {};
template <extent Units, class Activation, class... Rest>
struct hidden_activation<feed_forward_option<Units, Activation>, Rest...> {
    using type = Activation;
};

/// The rows of a block of an encoder or decoder, in the order of the data.
template <class Activation, class Routine>
struct transformer_rows {
    builder<Routine>& b;
    layer_options o;

    [[nodiscard]] constexpr wire norm(int index, const char* name, wire in) const {
        operation row = layer_norm<>::lower(in.shape).what;
        row.epsilon = o.epsilon;
        enter_named(b, index, name);
        in = b.apply(row, routine_of<layer_norm<>, Routine>(), in);
        leave_named(b);
        return in;
    }
    [[nodiscard]] constexpr wire drop(wire in) const {
        if (o.dropout_rate == 0) return in;
        operation row = dropout<0.5>::lower(in.shape).what;
        row.alpha = o.dropout_rate;
        return b.apply(row, routine_of<dropout<0.5>, Routine>(), in);
    }
    [[nodiscard]] constexpr wire attend(int index, wire in) const {
        enter_named(b, index, "self_attn");
        in = emit_attention(b, in, o);
        leave_named(b);
        return drop(in);
    }
    [[nodiscard]] constexpr wire attend_to_memory(int index, wire in) const {
        layer_options all = o;
        all.causal = false;
        enter_named(b, index, "multihead_attn");
        in = emit_cross_attention(b, in, all);
        leave_named(b);
        return drop(in);
    }
    [[nodiscard]] constexpr wire feed_forward(int index, wire in) const {
        const extent width = in.shape.channels();
        in = emit_dense_as(b, index, "linear1", in, o.feed_forward == 0 ? 4 * width : o.feed_forward, o.bias);
        in = drop(emit_at<Activation>(b, index + 1, in));
        return drop(emit_dense_as(b, index + 2, "linear2", in, width, o.bias));
    }
};

/// Why a block with these options refuses a shape, if it does.
constexpr refusal transformer_refusal(const dims& in, const layer_options& o) {
    constexpr unsigned more = option::bias | option::epsilon | option::feed_forward | option::pre_norm;
    if (!takes_attention(o, more)) return refusal::option_not_taken;
    if (!(o.epsilon > 0) || !is_rate(o.dropout_rate) || ((o.given & option::feed_forward) != 0 && o.feed_forward < 1))
        return refusal::number_out_of_range;
    return attention_refusal(in, o);
}

}  // namespace detail

}  // namespace ctnn
