// SPDX-License-Identifier: MIT
/// \file
/// The named options of layers that read sequences: lstm<64, last_step, masked>.
#pragma once

#include "ctnn/core/operation.hpp"
#include "ctnn/core/options.hpp"

namespace ctnn {

struct last_step_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::last_step);
        o.last_step = true;
    }
};
struct last_state_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::last_step);
        o.last_step = o.last_state = true;
    }
};
struct from_memory_option {
    static constexpr void read(layer_options& o) { o.mark(option::initial_state); }
};
struct backwards_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::backwards);
        o.backwards = true;
    }
};
struct masked_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::masked);
        o.masked = true;
    }
};
struct keras_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::convention);
        o.keras = true;
    }
};
struct pytorch_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::convention);
        o.pytorch = true;
    }
};
template <extent Index>
struct padding_index_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::padding_index);
        o.padding_index = Index;
    }
};

/// A recurrent layer gives its state behind the last step alone, not that of every step (Keras' default, its
/// return_sequences=False).
inline constexpr last_step_option last_step{};
/// As last_step, but all that the layer hands on from step to step: of an lstm its cells too, behind the state.
inline constexpr last_state_option last_state{};
/// A recurrent layer begins with the memory that with_memory provides, a state as last_state gives it, not with zeros.
inline constexpr from_memory_option from_memory{};
/// A recurrent layer reads the sequence from its end to its beginning; what it gives stays in the order of the steps.
inline constexpr backwards_option backwards{};
/// A recurrent layer passes over steps whose channels are all exactly 0: its state stays, and what it gives for them is
/// 0 again. The layer finds these steps itself, in its own input; masking finds them once, for all layers behind it.
inline constexpr masked_option masked{};
/// A recurrent layer keeps its parameters as Keras does: a gru's gates are z, r, h, an lstm's forget bias begins at 1.
inline constexpr keras_option keras{};
/// A recurrent layer keeps its parameters as PyTorch does: a gru's gates are r, z, n, and an rnn or lstm has a bias for
/// the input and one for the state.
inline constexpr pytorch_option pytorch{};
/// The class index of an embedding that stands for nothing: its vector is 0 and learns nothing.
template <extent Index>
inline constexpr padding_index_option<Index> padding_index{};

namespace detail {

/// The options of a recurrent layer as its operation carries them, in `alpha`.
struct recurrent_flags {
    bool backwards = false, masked = false, keras = false, cells = false;  ///< cells: they stand behind the last state

    [[nodiscard]] constexpr double number() const {
        return (backwards ? 1 : 0) + (masked ? 2 : 0) + (keras ? 4 : 0) + (cells ? 8 : 0);
    }
    [[nodiscard]] static constexpr recurrent_flags of(const operation& op) {
        const int bits = static_cast<int>(op.alpha);
        return {(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0};
    }
};

}  // namespace detail
}  // namespace ctnn
