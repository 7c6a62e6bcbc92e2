// SPDX-License-Identifier: MIT
/// \file
/// The same layers for every step of a sequence.
#pragma once

#include "ctnn/graph/compose.hpp"

namespace ctnn {

/// Layers that see one step at a time, with the same parameters for all: a convolutional network for the slices of a
/// volume or the pictures of a film, in front of a recurrent layer.
///
///     takes    shape<T, ...>: a sequence of vectors, of signals or of images, which is a volume
///     gives    shape<T, ...> of what the layers give for one step
///     learns   what the layers learn
///     refuses  a vector; layers that look at a whole sample otherwise than by windows (rnn, group_norm, embedding),
///              and time_distributed itself
///     costs    what the layers cost, T times; all steps are computed together, batch_norm has the statistics of all,
///              and dropout of channels drops the same for all
///
///     using slices = ctnn::network<ctnn::shape<16, 28, 28, 1>,
///                                  ctnn::time_distributed<ctnn::conv<8>, ctnn::relu, ctnn::max_pool<>, ctnn::flatten>,
///                                  ctnn::lstm<32, ctnn::last_step>, ctnn::dense<2>>;
///
/// https://keras.io/api/layers/recurrent_layers/time_distributed/
template <class... Layers>
struct time_distributed {
    using children = types<Layers...>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        if (in.shape.rank < 2) return b.refuse(refusal::needs_positions, in.shape);
        if (b.steps != 0) return b.refuse(refusal::needs_steps_apart, in.shape);
        const extent steps = in.shape[0];
        b.steps = steps;
        const wire out = chain<Layers...>::template emit<Routine>(b, {in.id, detail::without_steps(in.shape)});
        b.steps = 0;
        if (b.refused()) return {};
        return {out.id, detail::with_steps(out.shape, steps), in.mask};
    }
};

}  // namespace ctnn
