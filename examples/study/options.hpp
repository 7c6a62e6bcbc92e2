// SPDX-License-Identifier: MIT
/// \file
/// The command line of study.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <ctnn/ctnn.hpp>

namespace study {
namespace nn = ctnn;

inline constexpr const char* help =
    R"(Studies a small classifier of chest X-rays, and prints tables.

    study WHAT [options]

    folds         5-fold cross-validation
    ensemble      five members, their average and their votes
    attack        accuracy under FGSM and PGD, before and after adversarial training; other corruptions
    transfer      from X-rays to blood cells: a frozen backbone, a slow one, and training from scratch
    ingredients   class weights, augmentation, schedule and averaging, each alone and together
    all           all of these

    --pneumonia FILE   pneumoniamnist.npz; default: phantoms that the program draws itself
    --cells FILE       bccd_cells_32.npz; default: phantoms
    --epochs N         of each training; default 12
    --samples N        to train on at most; default all
    --seeds N          trainings of which the mean is printed; default 3
    --seed N           the first of them; default 1
)";

struct options {
    std::string what, pneumonia, cells;
    nn::extent epochs = 12, samples = 1 << 20, seeds = 3, seed = 1;
};

/// Refuses words that it does not know.
inline nn::result<options> read_options(const std::vector<std::string>& words) {
    options o;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (i == 0) {
            o.what = word;
            continue;
        }
        const auto refuse = [&](const char* why) {
            return nn::error(nn::error_kind::invalid_argument, "study: " + word + why);
        };
        std::string* text = word == "--pneumonia" ? &o.pneumonia : word == "--cells" ? &o.cells : nullptr;
        nn::extent* number = word == "--epochs"    ? &o.epochs
                             : word == "--samples" ? &o.samples
                             : word == "--seeds"   ? &o.seeds
                             : word == "--seed"    ? &o.seed
                                                   : nullptr;
        if (text == nullptr && number == nullptr) return refuse(" is no option");
        if (++i == words.size()) return refuse(" needs a value");
        if (text != nullptr) {
            *text = words[i];
            continue;
        }
        const char* const end = words[i].data() + words[i].size();
        const auto read = std::from_chars(words[i].data(), end, *number);
        if (read.ec != std::errc{} || read.ptr != end || *number < 1) return refuse(" needs a number of at least 1");
    }
    return o;
}

}  // namespace study
