// SPDX-License-Identifier: MIT
/// \file
/// The block of a transformer's decoder: causal attention, attention to a memory and two dense layers, each beside a
/// shortcut.
#pragma once

#include "ctnn/graph/transformer_rows.hpp"

namespace ctnn {

/// A block of a transformer's decoder: x + causal attention(x), then x + attention(x, memory), then
/// x + linear2(activation(linear1(x))), each normalized. The memory is that of with_memory around it.
///
///     takes    shape<T, C>, a sequence of T tokens, within with_memory, of a memory shape<S, M>
///     gives    the same shape
///     learns   self_attn: what multi_head_attention learns; multihead_attn: what it learns with to_memory;
///              linear1.weight (C, F), linear1.bias (F), linear2.weight (F, C), linear2.bias (C); norm1.weight,
///              norm1.bias and those of norm2 and norm3 (C) each
///     options  heads (1); feed_forward<F> or feed_forward<F, Activation> (4 C units, relu); pre_norm (the norms stand
///              before both attentions and linear1, not behind the sums); epsilon (1e-5), of the norms; dropout_rate
///              (0), of the attentions' weights, behind them, activation and linear2; no_bias (of the dense layers)
///     refuses  a place without memory; whatever is no sequence; channels that the heads do not divide; a rate outside
///              [0, 1); causal, which it always is
///     costs    T C (6 C + 2 F + 2 T + 2 S) + 2 S M C multiply-adds forwards
///
/// The names are those of PyTorch's torch.nn.TransformerDecoderLayer, whose weights are the transposes of these; its
/// multihead_attn.in_proj_weight are q_proj and kv_proj one below the other.
///
///     using decoder = ctnn::network<ctnn::inputs<ctnn::shape<20, 32>, ctnn::shape<15, 32>>,
///                                   ctnn::with_memory<ctnn::input<0>, ctnn::input<1>,
///                                                     ctnn::transformer_decoder<ctnn::heads<4>, ctnn::pre_norm>>>;
///
/// Vaswani et al., "Attention is all you need", 2017;
/// https://pytorch.org/docs/stable/generated/torch.nn.TransformerDecoderLayer.html
template <auto... Options>
struct transformer_decoder {
    using children = types<>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        constexpr layer_options given = read_options<Options...>();
        if (given.causal) return b.refuse(refusal::option_not_taken, in.shape);
        if (b.steps != 0) return b.refuse(refusal::needs_steps_apart, in.shape);
        refusal why = detail::transformer_refusal(in.shape, given);
        if (why == refusal::none) why = detail::cross_refusal(b, in.shape, given);
        if (why != refusal::none) return b.refuse(why, in.shape);

        constexpr layer_options o = [] {
            layer_options with = read_options<Options...>();
            with.causal = true;
            return with;
        }();
        using hidden = typename detail::hidden_activation<std::remove_cv_t<decltype(Options)>...>::type;
        const detail::transformer_rows<hidden, Routine> rows{b, o};
        if ((o.given & option::pre_norm) != 0) {
            in = detail::add(b, in, rows.attend(1, rows.norm(0, "norm1", in)));
            in = detail::add(b, in, rows.attend_to_memory(3, rows.norm(2, "norm2", in)));
            return detail::add(b, in, rows.feed_forward(5, rows.norm(4, "norm3", in)));
        }
        in = rows.norm(1, "norm1", detail::add(b, in, rows.attend(0, in)));
        in = rows.norm(3, "norm2", detail::add(b, in, rows.attend_to_memory(2, in)));
        return rows.norm(7, "norm3", detail::add(b, in, rows.feed_forward(4, in)));
    }
};

}  // namespace ctnn
