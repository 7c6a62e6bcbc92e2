// SPDX-License-Identifier: MIT
/// \file
/// The named options of a transformer's blocks: transformer_encoder<heads<3>, feed_forward<768, gelu>, pre_norm>.
#pragma once

#include "ctnn/core/attention_options.hpp"
#include "ctnn/core/number.hpp"

namespace ctnn {

struct relu;

template <extent Units, class Activation>
struct feed_forward_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::feed_forward);
        o.feed_forward = Units;
    }
};
struct pre_norm_option {
    static constexpr void read(layer_options& o) { o.mark(option::pre_norm); }
};
template <number Rate>
struct dropout_rate_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::dropout_rate);
        o.dropout_rate = Rate.value();
    }
};

/// The units between the two dense layers of a block (PyTorch's dim_feedforward), and the layer that activates them.
template <extent Units, class Activation = relu>
inline constexpr feed_forward_option<Units, Activation> feed_forward{};
/// A block normalizes what enters attention and the dense layers instead of its sums (PyTorch's norm_first=True).
inline constexpr pre_norm_option pre_norm{};
/// The probability with which a block drops the numbers of its branches in training.
template <number Rate>
inline constexpr dropout_rate_option<Rate> dropout_rate{};

}  // namespace ctnn
