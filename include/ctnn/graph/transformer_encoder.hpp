// SPDX-License-Identifier: MIT
/// \file
/// The block of a transformer: attention and two dense layers, each beside a shortcut.
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

/// The rows of an encoder block, in the order of the data.
template <class Activation, class Routine>
struct encoder_rows {
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
    [[nodiscard]] constexpr wire feed_forward(int index, wire in) const {
        const extent width = in.shape.channels();
        in = emit_dense_as(b, index, "linear1", in, o.feed_forward == 0 ? 4 * width : o.feed_forward, o.bias);
        in = drop(emit_at<Activation>(b, index + 1, in));
        return drop(emit_dense_as(b, index + 2, "linear2", in, width, o.bias));
    }
};

}  // namespace detail

/// A block of a transformer's encoder: x + attention(x), then x + linear2(activation(linear1(x))), each normalized.
///
///     takes    shape<T, C>, a sequence of T tokens
///     gives    the same shape
///     learns   self_attn: what multi_head_attention learns; linear1.weight (C, F), linear1.bias (F), linear2.weight
///              (F, C), linear2.bias (C); norm1.weight, norm1.bias, norm2.weight, norm2.bias (C) each
///     options  heads (1); feed_forward<F> or feed_forward<F, Activation> (4 C units, relu); pre_norm (the norms stand
///              before attention and linear1, not behind the sums); causal; epsilon (1e-5), of both norms;
///              dropout_rate (0), behind attention, activation and linear2; no_bias (of the four dense layers)
///     refuses  whatever is no sequence; channels that the heads do not divide; a rate outside [0, 1)
///     costs    T C (4 C + 2 F + 2 T) multiply-adds forwards
///
/// The names are those of PyTorch's torch.nn.TransformerEncoderLayer, whose weights are the transposes of these.
///
///     using encoder = ctnn::network<ctnn::shape<196, 192>, ctnn::repeat<12, ctnn::transformer_encoder<ctnn::heads<3>,
///                                   ctnn::feed_forward<768, ctnn::gelu>, ctnn::pre_norm>>>;
///
/// Vaswani et al., "Attention is all you need", 2017; with pre_norm Xiong et al., "On layer normalization in the
/// transformer architecture", 2020; https://pytorch.org/docs/stable/generated/torch.nn.TransformerEncoderLayer.html
template <auto... Options>
struct transformer_encoder {
    using children = types<>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        constexpr layer_options o = read_options<Options...>();
        constexpr unsigned more =
            option::bias | option::epsilon | option::feed_forward | option::pre_norm | option::dropout_rate;
        if (!detail::takes_attention(o, more)) return b.refuse(refusal::option_not_taken, in.shape);
        if (!(o.epsilon > 0) || !(o.dropout_rate >= 0 && o.dropout_rate < 1) ||
            ((o.given & option::feed_forward) != 0 && o.feed_forward < 1))
            return b.refuse(refusal::number_out_of_range, in.shape);
        const refusal why = detail::attention_refusal(in.shape, o);
        if (why != refusal::none) return b.refuse(why, in.shape);

        using hidden = typename detail::hidden_activation<std::remove_cv_t<decltype(Options)>...>::type;
        const detail::encoder_rows<hidden, Routine> rows{b, o};
        if ((o.given & option::pre_norm) != 0) {
            in = detail::add(b, in, rows.attend(1, rows.norm(0, "norm1", in)));
            return detail::add(b, in, rows.feed_forward(3, rows.norm(2, "norm2", in)));
        }
        in = rows.norm(1, "norm1", detail::add(b, in, rows.attend(0, in)));
        return rows.norm(5, "norm2", detail::add(b, in, rows.feed_forward(2, in)));
    }
};

}  // namespace ctnn
