// SPDX-License-Identifier: MIT
/// \file
/// The named options of layers: conv<32, 3, stride<2>, same>. They are values, in any order after the numbers.
#pragma once

#include <concepts>

#include "ctnn/core/number.hpp"
#include "ctnn/core/shape.hpp"

namespace ctnn {

/// A number for each spatial axis, or one for all of them.
struct axes {
    extent value[3]{1, 1, 1};
    extent count = 0;  ///< 0: not given, 1: one for all, -1: given without a number
    constexpr bool operator==(const axes&) const = default;
};

enum class initializer : unsigned char;  // core/initializer.hpp

/// What the options of a layer say, read into one value.
struct layer_options {
    axes kernel{}, stride{}, dilation{}, padding{}, output_padding{};
    extent groups = 1;
    bool same = false, bias = true, include_padding = true;
    bool exact = false, per_channel = false;
    extent winograd = 0;
    double epsilon = 1e-5, momentum = 0.1;
    bool affine = true, over_all = false;
    double alpha = 1e-4, beta = 0.75, additive = 1;
    bool causal = false;
    extent depth_multiplier = 1;
    bool last_step = false, last_state = false, backwards = false, masked = false, keras = false, pytorch = false;
    extent padding_index = -1;
    extent heads = 1, feed_forward = 0;
    double dropout_rate = 0;
    initializer start{3};  ///< glorot_uniform
    double start_value = 0;
    unsigned given = 0;  ///< which options were given, a bit each
    bool repeated = false;

    constexpr void mark(unsigned option) {
        repeated = repeated || (given & option) != 0;
        given |= option;
    }
};

/// The bits of layer_options::given; a layer lists those that it takes.
namespace option {
inline constexpr unsigned kernel = 1, stride = 2, dilation = 4, padding = 8, groups = 16, bias = 32, epsilon = 64,
                          momentum = 128, include_padding = 256, algorithm = 512, per_channel = 1024;
inline constexpr unsigned affine = 1u << 16, over_all = 1u << 17, alpha = 1u << 18, beta = 1u << 19,
                          additive = 1u << 20;
inline constexpr unsigned causal = 1u << 21, depth_multiplier = 1u << 22, output_padding = 1u << 23;
inline constexpr unsigned last_step = 1u << 26, backwards = 1u << 27, masked = 1u << 28, convention = 1u << 29,
                          padding_index = 1u << 30;
inline constexpr unsigned heads = 1u << 11, learned = 1u << 12, feed_forward = 1u << 13, pre_norm = 1u << 14,
                          dropout_rate = 1u << 15;
inline constexpr unsigned memory = 1u << 25, initial_state = 1u << 24;
inline constexpr unsigned of_another_layer = 1u << 31;  ///< which no layer lists
}  // namespace option

namespace detail {
template <extent... N>
constexpr axes make_axes() {
    constexpr extent values[]{N..., 1, 1, 1};
    return {{values[0], values[1], values[2]}, sizeof...(N) == 0 ? -1 : static_cast<extent>(sizeof...(N))};
}
}  // namespace detail

template <extent... N>
struct kernel_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::kernel);
        o.kernel = detail::make_axes<N...>();
    }
};
template <extent... N>
struct stride_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::stride);
        o.stride = detail::make_axes<N...>();
    }
};
template <extent... N>
struct dilation_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::dilation);
        o.dilation = detail::make_axes<N...>();
    }
};
template <extent... N>
struct padding_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::padding);
        o.padding = detail::make_axes<N...>();
    }
};
template <bool Same>
struct border_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::padding);
        o.same = Same;
    }
};
template <extent N>
struct groups_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::groups);
        o.groups = N;
    }
};
struct no_bias_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::bias);
        o.bias = false;
    }
};
struct exclude_padding_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::include_padding);
        o.include_padding = false;
    }
};
struct exact_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::algorithm);
        o.exact = true;
    }
};
template <extent Outputs>
struct winograd_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::algorithm);
        o.winograd = Outputs;
    }
};
struct per_channel_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::per_channel);
        o.per_channel = true;
    }
};
template <number Value>
struct epsilon_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::epsilon);
        o.epsilon = Value.value();
    }
};
template <number Value>
struct momentum_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::momentum);
        o.momentum = Value.value();
    }
};

/// The window of a convolution or pool, one number for all axes or one for each: conv<32, kernel<1, 3, 3>>.
template <extent... N>
inline constexpr kernel_option<N...> kernel{};
/// Steps of the window, one number for all axes or one for each.
template <extent... N>
inline constexpr stride_option<N...> stride{};
/// Distance between neighboring taps of a kernel, one number for all axes or one for each.
template <extent... N>
inline constexpr dilation_option<N...> dilation{};
/// Zeros put around the input, on both sides alike (PyTorch's padding), one number for all axes or one for each.
template <extent... N>
inline constexpr padding_option<N...> padding{};
/// As many zeros around the input that the output has ceil(input / stride) positions; an odd one goes behind
/// (TensorFlow's "same").
inline constexpr border_option<true> same{};
/// No padding: what every layer does that is not told otherwise.
inline constexpr border_option<false> valid{};
/// Splits channels and filters into so many independent convolutions.
template <extent N>
inline constexpr groups_option<N> groups{};
/// A convolution or dense layer without bias, for instance in front of a batch_norm.
inline constexpr no_bias_option no_bias{};
/// A convolution adds up its products as they are, never by Winograd's algorithm, whose rounding error is some ten
/// times as large: for sums that must be exact, or neighbors whose magnitudes differ by more than a factor of 10,000.
inline constexpr exact_option exact{};
/// A 3x3 convolution by Winograd's algorithm with so many outputs a tile and axis, 2 or 4, whatever the layer would
/// choose by itself.
template <extent Outputs>
inline constexpr winograd_option<Outputs> winograd{};
/// Average pooling divides by the part of the window inside the input (PyTorch's count_include_pad=False).
inline constexpr exclude_padding_option exclude_padding{};
/// A slope for each channel of prelu instead of one for all.
inline constexpr per_channel_option per_channel{};
/// What a normalization adds to a variance.
template <number Value>
inline constexpr epsilon_option<Value> epsilon{};
/// The weight of the newest batch in batch_norm's running statistics (PyTorch's momentum; Keras' is 1 minus it).
template <number Value>
inline constexpr momentum_option<Value> momentum{};

namespace detail {
template <class Option>
constexpr void read_option(layer_options& o, Option value) {
    if constexpr (std::integral<Option>) {
        o.mark(option::kernel);
        o.kernel = axes{{static_cast<extent>(value), 1, 1}, 1};
    } else if constexpr (requires { Option::read(o); }) {
        Option::read(o);
    } else {
        o.mark(option::of_another_layer);
    }
}
}  // namespace detail

/// Reads a layer's options; a plain number is the kernel.
template <auto... Options>
[[nodiscard]] constexpr layer_options read_options() {
    layer_options result;
    (detail::read_option(result, Options), ...);
    return result;
}

}  // namespace ctnn
