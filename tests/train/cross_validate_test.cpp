// SPDX-License-Identifier: MIT
/// \file
/// Cross-validation is a loop over folds: the same models, each sample judged once by one that did not see it.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "small_data.hpp"

using namespace small_data;

namespace {

using plain = nn::network<nn::shape<6, 6, 1>, nn::conv<4>, nn::relu, nn::flatten, nn::dense<3>, nn::softmax>;
using options = nn::fit_options<nn::dataset<nn::shape<6, 6, 1>>>;
const nn::adam descent{.rate = 0.01};

TEST_CASE("each round is fit and evaluate with one fold left out, and its scores stand at its samples' places") {
    const auto data = lines(31, 1);
    const auto folds = nn::stratified_folds(data.labels, 4, nn::seed{2});
    REQUIRE(folds);
    std::vector<double> weights;
    for (nn::extent i = 0; i < 31; ++i) weights.push_back(1 + static_cast<double>(i % 3));
    const options with{.epochs = 3, .batch = 8, .random = nn::seed{40}, .sample_weights = weights};
    const auto found = nn::cross_validate<plain>(data, *folds, nn::cross_entropy{}, descent, with);
    REQUIRE(found);
    CHECK(found->folds.size() == 4);
    CHECK(found->probabilities.size() == 31 * 3);
    double sum = 0;
    for (std::size_t f = 0; f < 4; ++f) {
        const auto parts = nn::leave_out(*folds, f);
        const auto train = nn::samples_at(data, parts.train), test = nn::samples_at(data, parts.test);
        std::vector<double> of_train;
        for (const nn::extent i : parts.train) of_train.push_back(weights[static_cast<std::size_t>(i)]);
        nn::model<plain> m{nn::seed{40 + f}};
        REQUIRE(nn::fit(m, train, nn::cross_entropy{}, descent,
                        {.epochs = 3, .batch = 8, .random = nn::seed{40 + f}, .sample_weights = of_train}));
        const auto judged = nn::evaluate(m, test, nn::cross_entropy{}, 8);
        CHECK(found->folds[f].loss == judged.loss);
        CHECK(found->folds[f].accuracy == judged.accuracy);
        CHECK(found->folds[f].tested_on == test.size());
        CHECK(found->folds[f].trained_on == 31 - test.size());
        for (std::size_t i = 0; i < parts.test.size(); ++i)
            for (std::size_t c = 0; c < 3; ++c)
                CHECK(found->probabilities[static_cast<std::size_t>(parts.test[i]) * 3 + c] ==
                      judged.probabilities[i * 3 + c]);
        sum += judged.loss;
    }
    CHECK(found->loss.mean == doctest::Approx(sum / 4).epsilon(1e-12));
    CHECK(found->text().find("fold   train") == 0);
    CHECK(found->text().find("\ndeviation ") != std::string::npos);
}

TEST_CASE("the results are the same for any number of threads, and patients stay whole") {
    const auto data = lines(30, 2);
    std::vector<std::string> patients;
    for (int i = 0; i < 30; ++i) patients.push_back("p" + std::to_string(i / 3));
    const auto folds = nn::grouped_folds(data.labels, patients, 3, nn::seed{1});
    REQUIRE(folds);
    const auto run = [&](nn::extent threads) {
        const auto found =
            nn::cross_validate<plain>(data, *folds, nn::cross_entropy{}, descent,
                                      {.epochs = 2, .batch = 8, .patience = 1, .threads = threads}, true);
        REQUIRE(found);
        CHECK(found->folds[0].chosen_on == std::ssize((*folds)[1]));
        return found->probabilities;
    };
    const auto one = run(1);
    CHECK(one == run(2));
    CHECK(one == run(7));
}

TEST_CASE("mean and spread leave out what has no figure") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double some[]{1, nan, 3, 8};
    const nn::mean_and_spread found = nn::spread_of(some);
    CHECK(found.mean == 4);
    CHECK(found.deviation == doctest::Approx(std::sqrt(13.0)));
    CHECK(found.count == 3);
    CHECK(std::isnan(nn::spread_of({some, 1}).deviation));
    CHECK(nn::spread_of({some, 1}).mean == 1);
    CHECK(std::isnan(nn::spread_of({}).mean));
}

TEST_CASE("folds that do not hold each sample once are refused, and options that contradict them") {
    const auto data = lines(6, 3);
    const auto message = [&](const nn::sample_folds& folds, const options& with = {}, bool choose = false) {
        return nn::cross_validate<plain>(data, folds, nn::cross_entropy{}, descent, with, choose).error().message();
    };
    CHECK(message({{0, 1, 2, 3, 4, 5}}) == "cross_validate: at least two folds");
    CHECK(message({{0, 1, 2}, {3, 4, 5}, {}}) == "cross_validate: fold 2 is empty");
    CHECK(message({{0, 1, 2}, {3, 4}}) == "cross_validate: sample 5 is in 0 folds, expected 1");
    CHECK(message({{0, 1, 2, 2}, {3, 4, 5}}) == "cross_validate: sample 2 is in 2 folds, expected 1");
    CHECK(message({{0, 1, 2}, {3, 4, 6}}) == "cross_validate: sample 6 in fold 1, the data set has 6");
    const nn::sample_folds good{{0, 1, 2}, {3, 4, 5}};
    CHECK(message(good, {}, true) == "cross_validate: at least three folds to choose by one");
    CHECK(message(good, {.validation = &data}).find("validation comes from the folds") != std::string::npos);
    const std::vector<double> few(5, 1.0);
    CHECK(message(good, {.sample_weights = few}) == "fit: 5 sample weights, expected 6");
    CHECK(message(good, {.epochs = 0}) == "fit: epochs and batch must be at least 1");
}

}  // namespace
