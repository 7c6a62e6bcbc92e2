// SPDX-License-Identifier: MIT
/// \file
/// The named options of attention: multi_head_attention<heads<8>, causal>.
#pragma once

#include "ctnn/core/convolution_options.hpp"

namespace ctnn {

template <extent Count>
struct heads_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::heads);
        o.heads = Count;
    }
};
struct to_memory_option {
    static constexpr void read(layer_options& o) { o.mark(option::memory); }
};
struct learned_positions_option {
    static constexpr void read(layer_options& o) { o.mark(option::learned); }
};

/// Into how many parts attention splits the channels; each part has attention of its own. Their number must divide the
/// channels.
template <extent Count>
inline constexpr heads_option<Count> heads{};
/// Attention takes keys and values from the memory that with_memory provides, not from its own input.
inline constexpr to_memory_option to_memory{};
/// A positional_encoding learns its vectors instead of computing sines and cosines.
inline constexpr learned_positions_option learned_positions{};

}  // namespace ctnn
