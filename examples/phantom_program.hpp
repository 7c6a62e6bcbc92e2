// SPDX-License-Identifier: MIT
/// \file
/// The command line of a program that trains on images which it draws itself: OUT [IMAGES EPOCHS SEED].
#pragma once

#include <cstdint>
#include <cstdio>

#include "read_number.hpp"

namespace examples {

/// What differs from one program to the next.
struct phantom_program {
    const char* name = nullptr;
    const char* draws = nullptr;  ///< what it trains on: "images"
    const char* files = nullptr;  ///< what it writes into OUT
};

/// Reads the settings of a program, and runs it by `run(settings)`, which gives a result. \returns what main returns
template <class Settings, class Run>
int run_program(const phantom_program& program, int count, char** words, const Run& run) {
    Settings s;
    nn::error failed;
    const auto number = [&](int place, const char* name, auto low, auto high, auto& to) {
        if (!failed && count > place) failed = read_number(name, words[place], low, high, to);
    };
    number(2, "IMAGES", nn::extent{1}, nn::extent{1'000'000}, s.images);
    number(3, "EPOCHS", nn::extent{1}, nn::extent{10'000}, s.epochs);
    number(4, "SEED", std::uint64_t{0}, ~std::uint64_t{0}, s.random.value);
    if (count < 2 || count > 5 || words[1][0] == '-' || failed) {
        std::fprintf(stderr, "%s\n%s OUT [IMAGES EPOCHS SEED]: trains on %s that it draws, writes into OUT\n",
                     failed.what(), program.name, program.draws);
        return 2;
    }
    s.out = words[1];
    const auto found = run(s);
    if (!found) return std::fprintf(stderr, "%s: %s\n", program.name, found.error().what()), 2;
    std::printf("%s: %s\n", s.out.c_str(), program.files);
    return 0;
}

}  // namespace examples
