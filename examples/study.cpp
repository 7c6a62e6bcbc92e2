// SPDX-License-Identifier: MIT
/// \file
/// Studies of one small classifier: cross-validation, ensembles, robustness, transfer, and what each ingredient of a
/// training is worth. Each study is a header of examples/study.
#include <cstdio>
#include <string>
#include <vector>

#include "study/attack.hpp"
#include "study/ensemble.hpp"
#include "study/folds.hpp"
#include "study/ingredients.hpp"
#include "study/transfer.hpp"

namespace study {

int run(const options& o) {
    const auto refuse = [](const nn::error& why) { return std::fprintf(stderr, "%s\n", why.what()), 2; };
    const bool all = o.what == "all";
    const auto wants = [&](const char* name) { return all || o.what == name; };
    if (!wants("folds") && !wants("ensemble") && !wants("attack") && !wants("transfer") && !wants("ingredients")) {
        std::fputs(help, o.what == "--help" ? stdout : stderr);
        return o.what == "--help" ? 0 : 2;
    }
    const auto rays = xrays(o);
    if (!rays) return refuse(rays.error());
    std::printf("%s: %td to train on, %td to choose by, %td to test; %td epochs\n\n", rays->description.c_str(),
                rays->train.size(), rays->validation.size(), rays->test.size(), o.epochs);
    if (wants("folds"))
        if (auto failed = folds(o, *rays)) return refuse(failed);
    if (wants("ensemble"))
        if (auto failed = ensemble(o, *rays)) return refuse(failed);
    if (wants("attack"))
        if (auto failed = attack(o, *rays)) return refuse(failed);
    if (wants("transfer")) {
        const auto of_cells = cells(o);
        if (!of_cells) return refuse(of_cells.error());
        std::printf("%s\n", of_cells->description.c_str());
        if (auto failed = transfer(o, *rays, *of_cells)) return refuse(failed);
    }
    if (wants("ingredients"))
        if (auto failed = ingredients_table(o, *rays)) return refuse(failed);
    return 0;
}

}  // namespace study

int main(int count, char** words) {
    std::setvbuf(stdout, nullptr, _IOLBF, 4096);
    const auto options = study::read_options(std::vector<std::string>(words + 1, words + count));
    if (!options) return std::fprintf(stderr, "%s\n", options.error().what()), 2;
    return study::run(*options);
}
