// SPDX-License-Identifier: MIT
/// \file
/// A convolutional autoencoder that takes noise out of images which the program draws itself.
///
///     denoise OUT [IMAGES EPOCHS SEED]    OUT gets model.safetensors, quality.csv and denoised.png
#include "denoise.hpp"

#include <cstdio>

#include "read_number.hpp"

int main(int count, char** words) {
    denoise::settings s;
    ctnn::error failed;
    const auto number = [&](int place, const char* name, auto low, auto high, auto& to) {
        if (!failed && count > place) failed = examples::read_number(name, words[place], low, high, to);
    };
    number(2, "IMAGES", ctnn::extent{1}, ctnn::extent{1'000'000}, s.images);
    number(3, "EPOCHS", ctnn::extent{1}, ctnn::extent{10'000}, s.epochs);
    number(4, "SEED", std::uint64_t{0}, ~std::uint64_t{0}, s.random.value);
    if (count < 2 || count > 5 || words[1][0] == '-' || failed) {
        std::fprintf(stderr, "%s\ndenoise OUT [IMAGES EPOCHS SEED]: trains on images that it draws, writes into OUT\n",
                     failed.what());
        return 2;
    }
    s.out = words[1];
    const auto found = denoise::run(s);
    if (!found) return std::fprintf(stderr, "denoise: %s\n", found.error().what()), 2;
    std::printf("%s: model.safetensors quality.csv denoised.png\n", s.out.c_str());
    return 0;
}
