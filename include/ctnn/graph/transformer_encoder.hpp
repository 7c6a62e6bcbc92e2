// SPDX-License-Identifier: MIT
/// \file
/// The block of a transformer: attention and two dense layers, each beside a shortcut.
#pragma once

#include "ctnn/graph/transformer_rows.hpp"

namespace ctnn {

/// A block of a transformer's encoder: x + attention(x), then x + linear2(activation(linear1(x))), each normalized.
///
///     takes    shape<T, C>, a sequence of T tokens
///     gives    the same shape
///     learns   self_attn: what multi_head_attention learns; linear1.weight (C, F), linear1.bias (F), linear2.weight
///              (F, C), linear2.bias (C); norm1.weight, norm1.bias, norm2.weight, norm2.bias (C) each
///     options  heads (1); feed_forward<F> or feed_forward<F, Activation> (4 C units, relu); pre_norm (the norms stand
///              before attention and linear1, not behind the sums); causal; epsilon (1e-5), of both norms;
///              dropout_rate (0), of attention's weights, behind attention, activation and linear2; no_bias (of the
///              four dense layers)
///     refuses  whatever is no sequence; channels that the heads do not divide; a rate outside [0, 1)
///     costs    T C (4 C + 2 F + 2 T) multiply-adds forwards
///
/// Tokens that masking marks as absent are seen by nobody.
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
        if (b.steps != 0) return b.refuse(refusal::needs_steps_apart, in.shape);
        const refusal why = detail::transformer_refusal(in.shape, o);
        if (why != refusal::none) return b.refuse(why, in.shape);

        using hidden = typename detail::hidden_activation<std::remove_cv_t<decltype(Options)>...>::type;
        const detail::transformer_rows<hidden, Routine> rows{b, o};
        if ((o.given & option::pre_norm) != 0) {
            in = detail::add(b, in, rows.attend(1, rows.norm(0, "norm1", in)));
            return detail::add(b, in, rows.feed_forward(3, rows.norm(2, "norm2", in)));
        }
        in = rows.norm(1, "norm1", detail::add(b, in, rows.attend(0, in)));
        return rows.norm(5, "norm2", detail::add(b, in, rows.feed_forward(2, in)));
    }
};

}  // namespace ctnn
