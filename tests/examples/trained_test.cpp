// SPDX-License-Identifier: MIT
/// \file
/// What classify reaches on phantoms and on real images. Minutes; run by the label slow.
#include <doctest/doctest.h>

#include "../../examples/train.hpp"
#include "../data/scratch_folder.hpp"

using namespace classify;

namespace {
/// The mean over seeds 1, 2 and 3.
template <class Net>
outcome mean_of_three(const scratch_folder& folder, const std::string& data) {
    outcome mean;
    for (const std::uint64_t seed : {1u, 2u, 3u}) {
        options o;
        o.data = data;
        o.out = folder.at("seed " + std::to_string(seed) + "/out");
        o.seed = seed;
        auto source = open_source(o);
        REQUIRE(source);
        const auto trained = train<Net>(*source, o);
        REQUIRE(trained);
        MESSAGE("seed ", seed, ": accuracy ", trained->accuracy, ", AUC ", trained->auc, ", ", trained->seconds, " s");
        CHECK(trained->disagreement <= largest_disagreement);
        mean.accuracy += trained->accuracy / 3;
        mean.auc += trained->auc / 3;
    }
    return mean;
}

bool missing(const std::string& data) {
    if (std::filesystem::exists(data)) return false;
    MESSAGE("skipped: no ", data);
    return true;
}
const std::string pneumonia = std::string(CTNN_SHARED_DATA) + "/classification_pneumoniamnist";
}  // namespace

TEST_SUITE_BEGIN("slow");

TEST_CASE("nodules on phantoms are found by a convolution and not by a pixel") {
    const scratch_folder folder("phantoms");
    options o;
    o.out = folder.at("out");
    auto source = open_source(o);
    REQUIRE(source);
    const auto trained = train<classifier<nn::shape<64, 64, 1>, 2>>(*source, o);
    REQUIRE(trained);
    CHECK(trained->accuracy > 0.95);
    CHECK(trained->accuracy_of_pixels < 0.75);
    CHECK(trained->disagreement <= largest_disagreement);
}

TEST_CASE("pneumonia on chest X-rays reaches an AUC of 0.955 on the test images") {
    if (missing(pneumonia)) return;
    const scratch_folder folder("pneumonia");
    CHECK(mean_of_three<classifier<nn::shape<28, 28, 1>, 2>>(folder, pneumonia + "/pneumoniamnist.npz").auc >= 0.955);
}

TEST_CASE("pneumonia from 800 images in folders reaches an AUC of 0.90") {
    if (missing(pneumonia)) return;
    const scratch_folder folder("pneumonia_png");
    CHECK(mean_of_three<classifier<nn::shape<28, 28, 1>, 2>>(folder, pneumonia + "/png").auc >= 0.90);
}

TEST_CASE("blood cells are told apart with an accuracy of 0.965") {
    const std::string cells = std::string(CTNN_SHARED_DATA) + "/classification_bccd_cells";
    if (missing(cells)) return;
    const scratch_folder folder("cells");
    CHECK(mean_of_three<classifier<nn::shape<32, 32, 3>, 3>>(folder, cells).accuracy >= 0.965);
}

TEST_SUITE_END();
