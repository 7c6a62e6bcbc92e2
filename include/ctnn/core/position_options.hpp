// SPDX-License-Identifier: MIT
/// \file
/// The named options of layers that resample or move positions: upsample<2, linear>, pad<1, reflect>.
#pragma once

#include <concepts>

#include "ctnn/core/options.hpp"

namespace ctnn {

/// Where an output position lies in the input, and what is read there.
enum class sampling : unsigned char {
    nearest,  ///< the position at o * in / out, rounded down
    linear,   ///< between the neighbors of (o + 1/2) in / out - 1/2, as far as they exist: pixels are squares
    aligned   ///< between those of o (in - 1) / (out - 1): the first and last pixels lie on each other
};

/// What stands beyond the border of the input.
enum class surrounding : unsigned char {
    constant,  ///< a number
    reflect,   ///< the input mirrored at its first and last positions, which are not repeated: cb abcd cb
    edge,      ///< the nearest position: aa abcd dd
    wrap       ///< the input once more: cd abcd ab
};

/// What the options of such a layer say, read into one value.
struct position_options {
    axes numbers{};  ///< those given by place: factors, extents or widths
    axes before{}, after{};
    bool linear = false, aligned = false;
    surrounding outside = surrounding::constant;
    double value = 0;    ///< of a constant
    unsigned given = 0;  ///< which options were given, a bit each
    bool repeated = false;

    constexpr void mark(unsigned option) {
        repeated = repeated || (given & option) != 0;
        given |= option;
    }
    /// Does the layer take all that was given, and each once?
    [[nodiscard]] constexpr bool taken(unsigned options) const { return !repeated && (given & ~options) == 0; }
};

/// The bits of position_options::given; a layer lists those that it takes.
namespace position_option {
inline constexpr unsigned interpolation = 1, alignment = 2, surrounding = 4, before = 8, after = 16;
}

template <bool Linear>
struct interpolation_option {
    static constexpr void read(position_options& o) {
        o.mark(position_option::interpolation);
        o.linear = Linear;
    }
};
struct align_corners_option {
    static constexpr void read(position_options& o) {
        o.mark(position_option::alignment);
        o.aligned = true;
    }
};
template <surrounding Outside>
struct surrounding_option {
    static constexpr void read(position_options& o) {
        o.mark(position_option::surrounding);
        o.outside = Outside;
    }
};
template <number Value>
struct constant_option {
    static constexpr void read(position_options& o) {
        o.mark(position_option::surrounding);
        o.value = Value.value();
    }
};
template <extent... N>
struct before_option {
    static constexpr void read(position_options& o) {
        o.mark(position_option::before);
        o.before = detail::make_axes<N...>();
    }
};
template <extent... N>
struct after_option {
    static constexpr void read(position_options& o) {
        o.mark(position_option::after);
        o.after = detail::make_axes<N...>();
    }
};

/// Each position takes the value of the nearest one: what upsample and resize do that are not told otherwise.
inline constexpr interpolation_option<false> nearest{};
/// Values between positions are interpolated along each axis: linear, bilinear or trilinear, as the input has axes.
inline constexpr interpolation_option<true> linear{};
/// The centers of the first and the last pixel stay where they are (PyTorch's align_corners=True); without it the edges
/// of the image do.
inline constexpr align_corners_option align_corners{};
/// pad puts this number around the input; 0 where nothing is said.
template <number Value>
inline constexpr constant_option<Value> constant{};
/// pad mirrors the input at its first and last positions, without repeating them.
inline constexpr surrounding_option<surrounding::reflect> reflect{};
/// pad repeats the outermost positions (PyTorch's replicate).
inline constexpr surrounding_option<surrounding::edge> edge{};
/// pad continues with the input's other end (PyTorch's circular).
inline constexpr surrounding_option<surrounding::wrap> wrap{};
/// How many positions pad adds, or crop takes, in front of each axis, one number for all axes or one for each.
template <extent... N>
inline constexpr before_option<N...> before{};
/// And behind each axis.
template <extent... N>
inline constexpr after_option<N...> after{};

namespace detail {
template <class Option>
constexpr void read_position_option(position_options& o, Option value) {
    if constexpr (std::integral<Option>) {
        if (o.numbers.count < 3) o.numbers.value[o.numbers.count] = static_cast<extent>(value);
        ++o.numbers.count;  // four are those of no input
    } else if constexpr (requires { Option::read(o); }) {
        Option::read(o);
    } else {
        o.mark(option::of_another_layer);
    }
}
}  // namespace detail

/// Reads a layer's options; plain numbers are one for all axes, or one for each.
template <auto... Options>
[[nodiscard]] constexpr position_options read_position_options() {
    position_options result;
    (detail::read_position_option(result, Options), ...);
    return result;
}

}  // namespace ctnn
