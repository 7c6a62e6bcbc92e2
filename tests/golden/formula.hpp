// SPDX-License-Identifier: MIT
/// \file
/// The numbers that golden data are made from, the same as in formula.py: both sides compute inputs and parameters, so
/// that results alone are stored.
#pragma once

#include <cstdint>

#include <ctnn/core/shape.hpp>

namespace golden {

/// Which of the streams of numbers something is filled with.
enum class stream : std::uint32_t { first_input = 1, second_input, output_gradient, parameters, statistics };

/// Number i of a stream: a multiple of 1/64 in [-1, 1).
inline double number(stream which, ctnn::extent i) {
    std::uint32_t h = static_cast<std::uint32_t>(i) * 0x9E3779B1u + static_cast<std::uint32_t>(which) * 0x85EBCA77u;
    h = (h ^ (h >> 16)) * 0x7FEB352Du;
    h = (h ^ (h >> 15)) * 0x846CA68Bu;
    h ^= h >> 16;
    return (static_cast<double>(h >> 25) - 64) / 64;
}

}  // namespace golden
