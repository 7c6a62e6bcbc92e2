// SPDX-License-Identifier: MIT
/// \file
/// The named options of normalizations: layer_norm<over_all, no_affine>.
#pragma once

#include "ctnn/core/options.hpp"

namespace ctnn {

template <bool Affine>
struct affine_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::affine);
        o.affine = Affine;
    }
};
struct over_all_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::over_all);
        o.over_all = true;
    }
};
template <number Value>
struct alpha_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::alpha);
        o.alpha = Value.value();
    }
};
template <number Value>
struct beta_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::beta);
        o.beta = Value.value();
    }
};
template <number Value>
struct additive_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::additive);
        o.additive = Value.value();
    }
};

/// A normalization learns a weight and a bias: what instance_norm does not do by itself.
inline constexpr affine_option<true> affine{};
/// A normalization learns neither weight nor bias (PyTorch's elementwise_affine=False).
inline constexpr affine_option<false> no_affine{};
/// layer_norm normalizes all elements of a sample together, not the channels of each position.
inline constexpr over_all_option over_all{};
/// What local_response_norm multiplies the mean of the squares by.
template <number Value>
inline constexpr alpha_option<Value> alpha{};
/// The exponent of local_response_norm.
template <number Value>
inline constexpr beta_option<Value> beta{};
/// What local_response_norm adds to the sum (PyTorch's k, TensorFlow's bias).
template <number Value>
inline constexpr additive_option<Value> additive{};

}  // namespace ctnn
