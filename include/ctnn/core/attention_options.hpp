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
/// Into how many parts attention splits the channels; each part has attention of its own. Their number must divide the
/// channels.
template <extent Count>
inline constexpr heads_option<Count> heads{};

}  // namespace ctnn
