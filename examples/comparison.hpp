// SPDX-License-Identifier: MIT
/// \file
/// The command line of a program that compares networks: OUT [EPOCHS [DATA [SEED]]].
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>

#include "read_number.hpp"

namespace examples {

/// What such a program is told.
struct comparison {
    std::string out;        ///< the folder for its files, which exists
    nn::extent epochs = 1;  ///< at most
    std::string data;       ///< empty: what the program draws itself
    nn::seed random{1};     ///< of the weights that networks begin with and of the order of samples
};

/// Reads the settings of the program `name`, which compares networks on `things`, and calls run(settings), which gives
/// an error or none. \returns what main returns
template <class Run>
int run_comparison(const char* name, const char* things, nn::extent epochs, int count, char** words, const Run& run) {
    comparison s{.out = count > 1 ? words[1] : "", .epochs = epochs, .data = count > 3 ? words[3] : ""};
    nn::error failed;
    if (count > 2) failed = read_number("EPOCHS", words[2], nn::extent{1}, nn::extent{1000}, s.epochs);
    if (count > 4 && !failed)
        failed = read_number("SEED", words[4], std::uint64_t{0}, ~std::uint64_t{0}, s.random.value);
    if (count < 2 || count > 5 || words[1][0] == '-' || failed) {
        std::fprintf(stderr, "%s\n%s OUT [EPOCHS [DATA [SEED]]]: compares three networks on %s, writes into OUT\n",
                     failed.what(), name, things);
        return 2;
    }
    std::error_code ignored;  // what cannot be made cannot be written to either
    std::filesystem::create_directories(s.out, ignored);
    failed = run(s);
    if (failed) return std::fprintf(stderr, "%s: %s\n", name, failed.what()), 2;
    return 0;
}

}  // namespace examples
