// SPDX-License-Identifier: MIT
/// \file
/// Two networks that train each other until one of them draws chest-like images; minutes on one core.
///
///     dcgan OUT [IMAGES EPOCHS SEED]    OUT gets generator.safetensors and samples.png, 64 of them
#include "dcgan.hpp"

#include <cstdio>

#include "read_number.hpp"

int main(int count, char** words) {
    dcgan::settings s;
    ctnn::error failed;
    const auto number = [&](int place, const char* name, auto low, auto high, auto& to) {
        if (!failed && count > place) failed = examples::read_number(name, words[place], low, high, to);
    };
    number(2, "IMAGES", ctnn::extent{1}, ctnn::extent{1'000'000}, s.images);
    number(3, "EPOCHS", ctnn::extent{1}, ctnn::extent{10'000}, s.epochs);
    number(4, "SEED", std::uint64_t{0}, ~std::uint64_t{0}, s.random.value);
    if (count < 2 || count > 5 || words[1][0] == '-' || failed) {
        std::fprintf(stderr, "%s\ndcgan OUT [IMAGES EPOCHS SEED]: trains on phantoms that it draws, writes into OUT\n",
                     failed.what());
        return 2;
    }
    s.out = words[1];
    const auto found = dcgan::run(s);
    if (!found) return std::fprintf(stderr, "dcgan: %s\n", found.error().what()), 2;
    std::printf("%s: generator.safetensors samples.png\n", s.out.c_str());
    return 0;
}
