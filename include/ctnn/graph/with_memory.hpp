// SPDX-License-Identifier: MIT
/// \file
/// A decoder beside its encoder.
#pragma once

#include "ctnn/graph/compose.hpp"

namespace ctnn {

/// An encoder-decoder network: what `Encoder` makes of the input is the memory that attention with to_memory and
/// transformer_decoder read, and the state that recurrent layers with from_memory begin with, anywhere in the layers
/// behind it, which begin with the same input.
///
///     takes    whatever both take; of a network with several inputs each begins with the input<I> that it reads
///     gives    what the layers behind the encoder give
///     learns   0.weight ... of the encoder, 1.weight ... of the layers behind it, counted on
///     refuses  within time_distributed
///     costs    what its layers cost; the memory lives until the last that reads it
///
/// A mask of the memory, of masking or length_mask in the encoder, hides its absent tokens from the decoder.
///
///     using translate =
///         ctnn::network<ctnn::inputs<ctnn::shape<20>, ctnn::shape<15>>,
///                       ctnn::with_memory<ctnn::chain<ctnn::input<0>, ctnn::embedding<1000, 32>,
///                                                     ctnn::positional_encoding<>, ctnn::transformer_encoder<>>,
///                                         ctnn::input<1>, ctnn::embedding<1000, 32>, ctnn::positional_encoding<>,
///                                         ctnn::transformer_decoder<>>,
///                       ctnn::dense<1000>>;
///
///     using hear =
///         ctnn::network<ctnn::inputs<ctnn::shape<50, 12>, ctnn::shape<15>>,
///                       ctnn::with_memory<ctnn::chain<ctnn::input<0>, ctnn::lstm<64, ctnn::last_state>>,
///                                         ctnn::input<1>, ctnn::embedding<1000, 32>,
///                                         ctnn::lstm<64, ctnn::from_memory>>,
///                       ctnn::dense<1000>>;
///
/// Vaswani et al., "Attention is all you need", 2017, figure 1; Sutskever, Vinyals and Le, "Sequence to sequence
/// learning with neural networks", 2014
template <class Encoder, class... Layers>
struct with_memory {
    using children = types<Encoder, Layers...>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        if (b.steps != 0) return b.refuse(refusal::needs_steps_apart, in.shape);
        const wire around = b.memory;
        b.enter(0);
        const wire memory = ctnn::emit<Encoder, Routine>(b, in);
        b.leave();
        if (b.refused()) return {};
        b.memory = memory;
        for (int i = 0; i < static_cast<int>(sizeof...(Layers)) && !b.refused(); ++i) {
            b.enter(i + 1);
            in = detail::emitters<Routine, Layers...>[i](b, in);
            b.leave();
        }
        b.memory = around;
        return in;
    }
};

}  // namespace ctnn
