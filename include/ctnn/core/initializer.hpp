// SPDX-License-Identifier: MIT
/// \file
/// How weights begin, and the options that say so: conv<32, 3, same, he_normal>, dense<10, truncated_normal<0.02>>.
#pragma once

#include "ctnn/core/options.hpp"

namespace ctnn {

/// How a tensor of parameters begins. in and out are the numbers that an output reads and that an input reaches.
enum class initializer : unsigned char {
    zeros,
    ones,
    quarter,
    glorot_uniform,    ///< up to sqrt(6 / (in + out)) on both sides of 0
    second_gate,       ///< ones in the second quarter, zeros elsewhere: the bias of an LSTM that begins by keeping all
    glorot_normal,     ///< with the variance 2 / (in + out)
    he_uniform,        ///< up to sqrt(6 / in)
    he_normal,         ///< with the variance 2 / in
    lecun_uniform,     ///< up to sqrt(3 / in)
    lecun_normal,      ///< with the variance 1 / in
    random_normal,     ///< with a deviation of `start_value`
    truncated_normal,  ///< the same without what lies more than two deviations off
    orthogonal         ///< columns, or rows if there are fewer of them, of length `start_value` at right angles
};

namespace option {
inline constexpr unsigned start = 1u << 24;
}

static_assert(layer_options{}.start == initializer::glorot_uniform);

template <initializer Start, number Value = 0.0>
struct start_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::start);
        o.start = Start;
        o.start_value = Value.value();
    }
};

/// Uniform with the variance 2 / (in + out): what every layer does that is not told otherwise. Glorot and Bengio,
/// "Understanding the difficulty of training deep feedforward neural networks", 2010.
inline constexpr start_option<initializer::glorot_uniform> glorot_uniform{};
/// Normal with the same variance (PyTorch's xavier_normal_; Keras' leaves out what lies two deviations off).
inline constexpr start_option<initializer::glorot_normal> glorot_normal{};
/// Uniform with the variance 2 / in, for layers in front of a relu: He et al., "Delving deep into rectifiers", 2015.
inline constexpr start_option<initializer::he_uniform> he_uniform{};
/// Normal with the same variance (PyTorch's kaiming_normal_).
inline constexpr start_option<initializer::he_normal> he_normal{};
/// Uniform with the variance 1 / in: LeCun et al., "Efficient backprop", 1998.
inline constexpr start_option<initializer::lecun_uniform> lecun_uniform{};
/// Normal with the same variance, for layers in front of a selu.
inline constexpr start_option<initializer::lecun_normal> lecun_normal{};
/// Normal with this deviation.
template <number Deviation = 0.05>
inline constexpr start_option<initializer::random_normal, Deviation> random_normal{};
/// Normal with this deviation, then without what lies more than two of them off (Keras' TruncatedNormal).
template <number Deviation = 0.02>
inline constexpr start_option<initializer::truncated_normal, Deviation> truncated_normal{};
/// The weight as a matrix whose columns are filters or units, these orthonormal times Gain; or the rows, where there
/// are fewer rows. Costs twice rows * columns * the fewer of them multiply-adds. Saxe et al., "Exact solutions to the
/// nonlinear dynamics of learning in deep linear neural networks", 2013.
template <number Gain = 1.0>
inline constexpr start_option<initializer::orthogonal, Gain> orthogonal{};
/// Weights of 0: a branch that begins by adding nothing.
inline constexpr start_option<initializer::zeros> zeros{};

/// Is the number that goes with the initializer one?
[[nodiscard]] constexpr bool start_fits(const layer_options& o) { return o.start_value >= 0 && o.start_value < 1e30; }

}  // namespace ctnn
