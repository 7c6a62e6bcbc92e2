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

/// What the options of such a layer say, read into one value.
struct position_options {
    axes numbers{};  ///< those given by place: factors, extents or widths
    bool linear = false, aligned = false;
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
inline constexpr unsigned interpolation = 1, alignment = 2;
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

/// Each position takes the value of the nearest one: what upsample and resize do that are not told otherwise.
inline constexpr interpolation_option<false> nearest{};
/// Values between positions are interpolated along each axis: linear, bilinear or trilinear, as the input has axes.
inline constexpr interpolation_option<true> linear{};
/// The centers of the first and the last pixel stay where they are (PyTorch's align_corners=True); without it the edges
/// of the image do.
inline constexpr align_corners_option align_corners{};

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
