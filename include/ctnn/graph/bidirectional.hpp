// SPDX-License-Identifier: MIT
/// \file
/// A recurrent layer in both directions.
#pragma once

#include "ctnn/core/sequence_options.hpp"
#include "ctnn/graph/compose.hpp"

namespace ctnn {

namespace detail {
template <class Layer>
struct both_directions {
    static constexpr bool possible = false;
    using type = concat<Layer, Layer>;
};
template <template <extent, auto...> class Recurrent, extent Units, auto... Options>
requires((read_options<Options...>().given & option::backwards) == 0 && requires {
    &Recurrent<Units, Options..., ctnn::backwards>::layout_of;
}) struct both_directions<Recurrent<Units, Options...>> {
    static constexpr bool possible = true;
    using type = concat<Recurrent<Units, Options...>, Recurrent<Units, Options..., ctnn::backwards>>;
};
}  // namespace detail

/// A recurrent layer and its twin that reads backwards, with parameters of its own; their states lie side by side.
///
///     takes    what the layer takes
///     gives    twice its units: of each step the state behind it and that of the steps behind it; with last_step the
///              last states of both, the twin's behind the first step (Keras' Bidirectional, PyTorch's h_n)
///     learns   0.weight ... of the layer, 1.weight ... of its twin
///     costs    twice what the layer costs
///     refuses  a layer that is not recurrent, or is backwards itself
///
///     using net = ctnn::network<ctnn::shape<20, 6>, ctnn::bidirectional<ctnn::lstm<32>>, ctnn::dense<2>>;
///
/// Schuster and Paliwal, "Bidirectional recurrent neural networks", 1997;
/// https://keras.io/api/layers/recurrent_layers/bidirectional/
template <class Layer>
struct bidirectional {
    using children = typename detail::both_directions<Layer>::type::children;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        using both = detail::both_directions<Layer>;
        if constexpr (both::possible)
            return both::type::template emit<Routine>(b, in);
        else
            return b.refuse(refusal::needs_recurrent, in.shape);
    }
};

}  // namespace ctnn
