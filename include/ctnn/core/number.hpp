// SPDX-License-Identifier: MIT
/// \file
/// Real numbers as template arguments.
#pragma once

#include <bit>
#include <cstdint>

namespace ctnn {

/// A real number that can be a template argument: dropout<0.5>. Its bits are what is stored, because clang 14 to 17
/// accept neither floating-point template arguments nor classes with floating-point members.
struct number {
    std::uint64_t bits = 0;
    constexpr number(double value) : bits(std::bit_cast<std::uint64_t>(value)) {}
    [[nodiscard]] constexpr double value() const { return std::bit_cast<double>(bits); }
    constexpr bool operator==(const number&) const = default;
};

}  // namespace ctnn
