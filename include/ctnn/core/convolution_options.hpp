// SPDX-License-Identifier: MIT
/// \file
/// The named options that convolutions alone take: conv<32, 3, dilation<2>, causal>.
#pragma once

#include "ctnn/core/options.hpp"

namespace ctnn {

struct causal_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::padding);
        o.mark(option::causal);
        o.causal = true;
    }
};
template <extent N>
struct depth_multiplier_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::depth_multiplier);
        o.depth_multiplier = N;
    }
};
template <extent... N>
struct output_padding_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::output_padding);
        o.output_padding = detail::make_axes<N...>();
    }
};

/// (kernel - 1) * dilation zeros in front of a sequence and none behind it: output t sees no input after t * stride
/// (Keras' padding="causal"; in PyTorch a pad on the left).
inline constexpr causal_option causal{};
/// So many filters for each channel of a depthwise convolution (Keras' depth_multiplier).
template <extent N>
inline constexpr depth_multiplier_option<N> depth_multiplier{};
/// So many positions more behind the output of a transposed convolution, one number for all axes or one for each: which
/// of the sizes that a stride makes equal is meant (PyTorch's output_padding).
template <extent... N>
inline constexpr output_padding_option<N...> output_padding{};

}  // namespace ctnn
