// SPDX-License-Identifier: MIT
/// \file
/// Sample weights, class weights by effective number, and samplers, in fit and by themselves.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "golden.hpp"
#include "small_data.hpp"

using namespace small_data;

namespace {

using plain = nn::network<nn::shape<6, 6, 1>, nn::conv<4>, nn::relu, nn::flatten, nn::dense<3>, nn::softmax>;
using options = nn::fit_options<nn::dataset<nn::shape<6, 6, 1>>>;

nn::error error_of(options with) {
    nn::model<plain> m{nn::seed{5}};
    const std::uint64_t before = hash(m);
    const auto history = nn::fit(m, lines(26, 1), nn::cross_entropy{}, nn::sgd{.rate = 0.1}, with);
    CHECK(hash(m) == before);
    return history.error();
}

template <class Data>
std::vector<float> trained(const Data& data, options with) {
    nn::model<plain> m{nn::seed{5}};
    with.shuffled = false;
    REQUIRE(nn::fit(m, data, nn::cross_entropy{}, nn::sgd{.rate = 0.1}, with));
    return {m.parameters().begin(), m.parameters().end()};
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(static_cast<double>(a[i] - b[i])));
    return largest;
}

TEST_CASE("a sample of weight 2 trains as two samples do, one of weight 0 as none") {
    const auto data = lines(12, 1);
    std::vector<double> weights(12, 1.0);
    weights[3] = 2;
    weights[7] = 0;
    std::vector<nn::extent> places;
    for (nn::extent i = 0; i < 12; ++i)
        for (double w = 0; w < weights[static_cast<std::size_t>(i)]; ++w) places.push_back(i);
    const auto weighted = trained(data, {.epochs = 3, .batch = 12, .sample_weights = weights});
    CHECK(largest_difference(weighted, trained(nn::samples_at(data, places), {.epochs = 3, .batch = 12})) < 1e-6);
    CHECK(largest_difference(weighted, trained(data, {.epochs = 3, .batch = 12})) > 1e-3);
}

TEST_CASE("weights of 1 change no bit, of 5 next to nothing, and accumulated batches are one large batch") {
    const auto data = lines(26, 2);
    const std::vector<double> ones(26, 1.0), fives(26, 5.0);
    const auto without = trained(data, {.epochs = 2, .batch = 8});
    CHECK(without == trained(data, {.epochs = 2, .batch = 8, .sample_weights = ones}));
    CHECK(largest_difference(without, trained(data, {.epochs = 2, .batch = 8, .sample_weights = fives})) < 1e-6);
    std::vector<double> weights;
    for (nn::extent i = 0; i < 26; ++i) weights.push_back(static_cast<double>(i % 4));
    const auto large = trained(data, {.epochs = 2, .batch = 16, .sample_weights = weights});
    const auto small = trained(data, {.epochs = 2, .batch = 8, .accumulate = 2, .sample_weights = weights});
    CHECK(largest_difference(large, small) < 1e-5);
}

TEST_CASE("weighted losses and their gradients agree with PyTorch, class weights and ignored labels among them") {
    const auto weights = golden::array<double>("imbalance/weights");
    const auto logits = golden::array<double>("imbalance/logits");
    const auto labels = golden::array<std::int32_t>("imbalance/labels");
    const auto class_weights = golden::array<double>("imbalance/class_weights");
    const auto check = [&](const auto& loss, const nn::target<double>& expected, nn::dims out, const char* name) {
        const auto numbers = golden::array<double>(std::string("imbalance/") + name);
        std::vector<double> gradient(logits.size());
        const nn::extent samples = std::ssize(weights);
        const double normalizer = nn::weighted_normalizer(loss, expected, weights.data(), samples, out);
        const double sum = nn::weighted_loss_value(loss, logits.data(), expected, weights.data(), gradient.data(),
                                                   samples, out, normalizer);
        CHECK(nn::mean_of(sum, normalizer) == doctest::Approx(numbers[0]).epsilon(1e-12));
        for (std::size_t i = 0; i < gradient.size(); ++i)
            CHECK(gradient[i] == doctest::Approx(numbers[i + 1]).epsilon(1e-10));
    };
    check(nn::cross_entropy{.class_weights = class_weights}, {.labels = labels.data()}, nn::make_dims(2, 2, 3),
          "cross_entropy");
    const auto values = golden::array<double>("imbalance/values");
    check(nn::mean_squared_error{}, {.values = values.data()}, nn::make_dims(12), "mean_squared_error");
}

TEST_CASE("fit refuses weights that are not one a sample, negative or not finite, and those of triplets") {
    const std::vector<double> few(25, 1.0);
    std::vector<double> bad(26, 1.0);
    CHECK(error_of({.sample_weights = few}).message() == "fit: 25 sample weights, expected 26");
    bad[4] = -1;
    CHECK(error_of({.sample_weights = bad}).message() ==
          "fit: sample weight 4 is -1, expected a finite number of at least 0");
    bad[4] = std::numeric_limits<double>::quiet_NaN();
    CHECK(error_of({.sample_weights = bad}).kind() == nn::error_kind::invalid_argument);
    CHECK(nn::detail::check_sample_weights(few, 25, 3).kind() == nn::error_kind::invalid_argument);
    CHECK_FALSE(nn::detail::check_sample_weights({}, 25, 3));
}

TEST_CASE("class weights agree with scikit-learn's and with Cui's formula") {
    const auto labels = golden::array<std::int32_t>("imbalance/all_labels");
    const auto balanced = golden::array<double>("imbalance/balanced");
    const auto effective = golden::array<double>("imbalance/effective");  // [beta][class]
    const nn::extent count = std::ssize(labels);
    const auto found = nn::balanced_class_weights(labels.data(), count, 4);
    for (std::size_t c = 0; c < 4; ++c) CHECK(found[c] == doctest::Approx(balanced[c]).epsilon(1e-14));
    std::size_t i = 0;
    for (const double beta : {0.0, 0.9, 0.999, 0.999999})
        for (const double weight : nn::effective_class_weights(labels.data(), count, 4, beta))
            CHECK(weight == doctest::Approx(effective[i++]).epsilon(1e-9));
    const std::int32_t some[]{0, 0, 2, -1, 7};
    CHECK(nn::effective_class_weights(some, 5, 3, 0) == std::vector<double>{1, 0, 1});
    CHECK(nn::effective_class_weights(some, 0, 3, 0.9) == std::vector<double>{0, 0, 0});
}

TEST_CASE("fit visits what a sampler draws: so many batches, and the weights of a run in that order") {
    const auto data = lines(26, 3);
    const nn::balanced_sampler sampler(data.labels, 5);
    std::vector<nn::extent> order;
    sampler.draw(order, nn::seed{9}, 1);
    CHECK(order.size() == 15);
    nn::extent batches = 0;
    nn::after_batch count([&](nn::training_moment& now) {
        ++batches;
        CHECK(now.batches == 4);
    });
    const auto drawn = trained(data, {.batch = 4, .random = nn::seed{9}, .callbacks = {&count}, .sampler = &sampler});
    CHECK(batches == 4);
    CHECK(drawn == trained(nn::samples_at(data, order), {.batch = 4}));
    // More visits than samples, in batches that are larger than the data.
    const nn::weighted_sampler many(std::vector<double>(26, 1.0), 70);
    CHECK(trained(data, {.batch = 64, .sampler = &many}) != drawn);
}

TEST_CASE("a run with a sampler and weights goes on from its checkpoint, and only with the same ones") {
    const auto data = lines(26, 4);
    const std::string path = "imbalance_test.checkpoint";
    std::remove(path.c_str());
    std::vector<double> weights(26, 1.0);
    weights[3] = 4;
    const nn::balanced_sampler sampler(data.labels), other(data.labels, 7);
    const auto run = [&](nn::extent epochs, const nn::epoch_sampler& by, bool kept) {
        nn::checkpoint keep(path);
        options with{.epochs = epochs, .batch = 8, .sample_weights = weights, .sampler = &by};
        if (kept) with.callbacks = {&keep};
        nn::model<plain> m{nn::seed{5}};
        const auto history = nn::fit(m, data, nn::cross_entropy{}, nn::adam{}, with);
        return history ? hash(m) : 0;
    };
    const std::uint64_t whole = run(4, sampler, false);
    CHECK(run(2, sampler, true) != whole);
    CHECK(run(4, sampler, true) == whole);
    CHECK(run(5, other, true) == 0);
    weights[3] = 5;
    CHECK(run(5, sampler, true) == 0);
    std::remove(path.c_str());
}

TEST_CASE("fit refuses samplers of other data, and samplers that would tear triplets apart") {
    const nn::weighted_sampler of_other(std::vector<double>(25, 1.0));
    CHECK(error_of({.sampler = &of_other}).message() == "weighted_sampler: 25 weights for 26 samples");
    CHECK(nn::detail::check_sampler(&of_other, 25, 3).kind() == nn::error_kind::invalid_argument);
}

}  // namespace
