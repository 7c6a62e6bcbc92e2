// SPDX-License-Identifier: MIT
/// \file
/// Numbers in the headers of files, replaced by those that readers get wrong.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>

#include "targets.hpp"

namespace fuzz {

/// A field of a header: its place, its bytes, and whether it holds a floating-point number.
struct field {
    std::size_t at = 0, size = 0;
    bool floating = false;
};

[[nodiscard]] inline std::uint64_t pick(random_bits& random, std::uint64_t count) { return random() % count; }

/// A number as bytes of either order. \pre size is at most 8
inline void put(byte_vector& file, std::size_t at, std::size_t size, std::uint64_t bits, bool big) {
    for (std::size_t i = 0; i < size && at + i < file.size(); ++i)
        file[at + i] = static_cast<unsigned char>((bits >> (8 * (big ? size - 1 - i : i))) & 0xffU);
}

/// Puts a number at the edge of something into a field: 0, 1, powers of two and their neighbors, the file's own size,
/// NaN and infinity.
inline void put_edge(byte_vector& file, const field& to, random_bits& random, bool big) {
    std::uint64_t bits = 0;
    if (to.floating) {
        constexpr double none = std::numeric_limits<double>::quiet_NaN(),
                         infinite = std::numeric_limits<double>::infinity();
        const double values[] = {0, 1, -1, 2, 0.5, 16, 352, 353, 544, 1e30, -1e30, 1e300, none, infinite, -infinite};
        const double value = values[pick(random, std::size(values))];
        bits = to.size == 4 ? std::bit_cast<std::uint32_t>(static_cast<float>(value))
                            : std::bit_cast<std::uint64_t>(value);
    } else {
        const std::uint64_t size = file.size(), power = std::uint64_t{1} << pick(random, 64);
        const std::uint64_t values[] = {
            0,         1,         2,      3,    4,        8,        16,           255,      power,
            power - 1, power + 1, ~power, size, size - 1, size + 1, size - to.at, random(), 0 - std::uint64_t{1}};
        bits = values[pick(random, std::size(values))];
    }
    put(file, to.at, to.size, bits, big);
}

/// A byte, inserted, removed, replaced or copied from elsewhere; or a piece of the file doubled.
inline void change_bytes(byte_vector& file, random_bits& random, std::size_t from = 0) {
    if (file.size() <= from) return;
    const std::size_t at = from + pick(random, file.size() - from);
    const auto place = file.begin() + static_cast<std::ptrdiff_t>(at);
    switch (pick(random, 5)) {
        case 0:
            file[at] = static_cast<unsigned char>(random());
            break;
        case 1:
            file[at] = static_cast<unsigned char>(file[at] ^ (1U << pick(random, 8)));
            break;
        case 2:
            file.erase(place);
            break;
        case 3:
            file.insert(place, static_cast<unsigned char>(random()));
            break;
        default: {
            const byte_vector piece(place, place + static_cast<std::ptrdiff_t>(
                                                       pick(random, std::min<std::size_t>(64, file.size() - at)) + 1));
            const std::size_t to = from + pick(random, file.size() - from);
            file.insert(file.begin() + static_cast<std::ptrdiff_t>(to), piece.begin(), piece.end());
        }
    }
}

}  // namespace fuzz
