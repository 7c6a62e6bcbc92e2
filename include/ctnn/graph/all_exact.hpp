// SPDX-License-Identifier: MIT
/// \file
/// A whole network without Winograd's algorithm.
#pragma once

#include "ctnn/graph/compose.hpp"

namespace ctnn {

/// The chain of the layers with the option exact at every convolution in it, whatever else it asks for: no Winograd,
/// which rounds a little more. A U-Net of five levels differs from double by 3e-7 of its largest output so, and by 1e-6
/// with it.
///
///     takes    any shape
///     gives    what the chain gives
///     learns   0.weight ... of the layers
///     costs    the multiply-adds that are counted; Winograd saves up to two thirds of those of 3 x 3 convolutions
///
///     using resnet = ctnn::models::resnet18<>;
///     using exact = ctnn::network<resnet::input, ctnn::all_exact<resnet::layers>>;
template <class... Layers>
struct all_exact {
    using children = types<Layers...>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        const bool within_another = b.exact;
        b.exact = true;
        const wire out = ctnn::emit<chain<Layers...>, Routine>(b, in);
        b.exact = within_another;
        return out;
    }
};

}  // namespace ctnn
