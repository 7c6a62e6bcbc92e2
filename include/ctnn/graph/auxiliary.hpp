// SPDX-License-Identifier: MIT
/// \file
/// Heads in the middle of a network, which are trained beside the main one: auxiliary, with_auxiliaries, main_head.
#pragma once

#include "ctnn/graph/compose.hpp"
#include "ctnn/graph/network.hpp"
#include "ctnn/layers/flatten.hpp"

namespace ctnn {

/// Passes its input on, and gives what the layers make of it to the with_auxiliaries around it: an auxiliary head.
///
///     takes    any shape
///     gives    its input
///     learns   what the layers learn, 0.weight ...
///     costs    what the layers cost; its input stays in memory until they have read it
///     refuses  to stand outside of with_auxiliaries, or to be one of more than seven in it
///
///     using tapped = ctnn::with_auxiliaries<ctnn::dense<8>, ctnn::relu,
///                                           ctnn::auxiliary<ctnn::dense<2>, ctnn::softmax>,
///                                           ctnn::dense<8>, ctnn::relu, ctnn::dense<2>, ctnn::softmax>;
///
/// Szegedy et al., "Going deeper with convolutions", 2014; Lee et al., "Deeply-supervised nets", 2014
template <class... Layers>
struct auxiliary {
    using children = types<Layers...>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        if (b.auxiliaries_are == auxiliary_use::dropped) return in;
        if (b.auxiliaries_are == auxiliary_use::none || b.auxiliary_count == most_auxiliaries)
            return b.refuse(refusal::needs_auxiliaries, in.shape);
        const wire head = ctnn::emit<chain<Layers...>, Routine>(b, in);
        if (!b.refused()) b.auxiliaries[b.auxiliary_count++] = head;
        return in;
    }
};

/// The chain of the layers and beside it the auxiliary heads that stand anywhere in it: the main head first, then the
/// auxiliary ones from the last to the first, so from near to far (the order of nnU-Net and of torchvision's
/// GoogLeNet). Heads that differ in more than channels are flattened, one behind the other in a vector, which a loss
/// made by joint() or deep_supervision() sees with the shapes that were flattened.
///
///     takes    any shape
///     gives    the channels of all heads, or where their positions differ shape<numbers of all heads>
///     learns   what the layers learn, 0.weight ..., the auxiliary heads' parameters where they stand
///     costs    what the layers cost; the heads' outputs stay in memory to the end
///     refuses  layers without an auxiliary, or with more than seven
///
///     using net = ctnn::network<ctnn::shape<4>, ctnn::with_auxiliaries<
///         ctnn::dense<8>, ctnn::relu, ctnn::auxiliary<ctnn::dense<2>, ctnn::softmax>, ctnn::dense<2>, ctnn::softmax>>;
template <class... Layers>
struct with_auxiliaries {
    using children = types<Layers...>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        if (b.auxiliaries_are != auxiliary_use::none) return b.refuse(refusal::needs_auxiliaries, in.shape);
        b.auxiliaries_are = auxiliary_use::kept;
        wire heads[most_auxiliaries + 1]{ctnn::emit<chain<Layers...>, Routine>(b, in)};
        if (b.refused()) return {};
        if (b.auxiliary_count == 0) return b.refuse(refusal::needs_auxiliaries, in.shape);
        int count = 1;
        bool equal = true;
        for (; b.auxiliary_count > 0; ++count) {
            heads[count] = b.auxiliaries[--b.auxiliary_count];
            equal = equal && heads[count].shape.with_channels(1) == heads[0].shape.with_channels(1);
        }
        for (int i = 0; i < count && !equal; ++i)
            if (heads[i].shape.rank > 1) heads[i] = ctnn::emit<flatten, Routine>(b, heads[i]);
        b.auxiliaries_are = auxiliary_use::none;
        return detail::place_beside(b, heads, count, in.shape);
    }
};

/// The same without the auxiliary heads, but with the names that all other parameters have there.
///
///     takes    any shape
///     gives    what the main head gives, in its own shape
///     learns   what the layers learn, 0.weight ..., but the auxiliary heads' parameters
///     costs    what the layers cost, but nothing for the auxiliary heads
///     refuses  to stand within with_auxiliaries
///
///     using net = ctnn::network<ctnn::shape<4>, ctnn::without_auxiliaries<
///         ctnn::dense<8>, ctnn::relu, ctnn::auxiliary<ctnn::dense<2>, ctnn::softmax>, ctnn::dense<2>, ctnn::softmax>>;
template <class... Layers>
struct without_auxiliaries {
    using children = types<Layers...>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        if (b.auxiliaries_are != auxiliary_use::none) return b.refuse(refusal::needs_auxiliaries, in.shape);
        b.auxiliaries_are = auxiliary_use::dropped;
        const wire out = ctnn::emit<chain<Layers...>, Routine>(b, in);
        b.auxiliaries_are = auxiliary_use::none;
        return out;
    }
};

namespace detail {
template <class Net>
struct main_head_of;
template <class Input, class... Layers>
struct main_head_of<network<Input, with_auxiliaries<Layers...>>> {
    using type = network<Input, without_auxiliaries<Layers...>>;
};
}  // namespace detail

/// What is shipped of a network<Input, with_auxiliaries<...>>: the network of its main head alone. An engine of the
/// trained network gives all heads; of this one the main head, in its shape, and does no work for the others:
///
///     ctnn::model<ctnn::main_head<net>> shipped{ctnn::seed{}};
///     (void)ctnn::take_over(shipped, trained);   // all its tensors, by name
///     auto engine = ctnn::freeze(shipped);
template <class Net>
using main_head = typename detail::main_head_of<Net>::type;

}  // namespace ctnn
