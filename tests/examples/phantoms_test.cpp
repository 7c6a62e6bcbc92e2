// SPDX-License-Identifier: MIT
/// \file
/// Phantoms: the same from the same seed, alike in brightness, and learned in a moment.
#include <doctest/doctest.h>
#include <algorithm>
#include <cmath>

#include "../../examples/phantoms.hpp"

namespace nn = ctnn;
using phantom_input = nn::shape<64, 64, 1>;

TEST_CASE("a phantom is a function of the seed and its number alone") {
    const auto all = phantoms::draw<phantom_input>(nn::seed{1}, 0, 6, {});
    const auto last = phantoms::draw<phantom_input>(nn::seed{1}, 4, 2, {});
    REQUIRE(all.size() == 6);
    CHECK(all.labels == std::vector<std::int32_t>{0, 1, 0, 1, 0, 1});
    CHECK(all.class_names == std::vector<std::string>{"clear", "nodule"});
    CHECK(std::equal(last.inputs.begin(), last.inputs.end(), all.inputs.begin() + 4 * phantom_input::size));
    CHECK(phantoms::draw<phantom_input>(nn::seed{2}, 0, 6, {}).inputs != all.inputs);
    for (const float gray : all.inputs) {
        CHECK(gray >= 0);
        CHECK(gray <= 1);
        CHECK(std::abs(gray * 255 - std::round(gray * 255)) < 1e-3f);
    }
}

TEST_CASE("the brightness of a phantom does not tell its class") {
    const auto data = phantoms::draw<phantom_input>(nn::seed{3}, 0, 600, {});
    std::vector<float> brightness;
    for (nn::extent i = 0; i < data.size(); ++i) {
        double sum = 0;
        for (nn::extent k = 0; k < phantom_input::size; ++k) sum += static_cast<double>(data.input_of(i)[k]);
        brightness.push_back(static_cast<float>(sum));
    }
    // The area under the curve of pure chance has the standard deviation sqrt(601 / (12 * 300 * 300)) = 0.024.
    CHECK(nn::roc_auc(brightness.data(), 1, data.labels.data(), data.size()) == doctest::Approx(0.5).epsilon(0.15));
}

TEST_CASE("a small network begins to learn phantoms in a moment") {
    using net = nn::network<nn::shape<32, 32, 1>, nn::conv<8, 3, nn::same>, nn::batch_norm<>, nn::relu, nn::max_pool<>,
                            nn::conv<16, 3, nn::same>, nn::batch_norm<>, nn::relu, nn::global_max_pool, nn::dense<2>,
                            nn::softmax>;
    const auto train = phantoms::draw<net::input>(nn::seed{1}, 0, 240, {2, -1});
    nn::model<net> model{nn::seed{1}};
    const auto history = nn::fit(model, train, nn::cross_entropy{}, nn::adam{.rate = 1e-2}, {.epochs = 6, .batch = 16});
    REQUIRE(history);
    CHECK(history->epochs.back().loss < 0.9 * history->epochs.front().loss);
}
