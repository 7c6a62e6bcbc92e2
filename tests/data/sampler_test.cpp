// SPDX-License-Identifier: MIT
/// \file
/// Samplers draw in proportion, reproducibly; over- and undersampling make classes equally frequent.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <ctnn/ctnn.hpp>

#include "../train/golden.hpp"

namespace nn = ctnn;

namespace {

std::vector<nn::extent> counts_of(const std::vector<nn::extent>& order, std::size_t samples) {
    std::vector<nn::extent> counts(samples);
    for (const nn::extent i : order) ++counts[static_cast<std::size_t>(i)];
    return counts;
}

std::vector<nn::extent> drawn(const nn::epoch_sampler& sampler, std::uint64_t seed = 1, std::uint64_t epoch = 1) {
    std::vector<nn::extent> order{7, 7, 7};  // what was there before does not matter
    sampler.draw(order, nn::seed{seed}, epoch);
    return order;
}

const std::vector<std::int32_t> labels{0, 0, 2, 0, -1, 2, 0, 5, 0, 2, 0, 0};

TEST_CASE("the draws of a weighted sampler are those of an independent program") {
    const auto weights = golden::array<double>("imbalance/draw_weights");
    const auto with = golden::array<std::int32_t>("imbalance/draws_with"),
               without = golden::array<std::int32_t>("imbalance/draws_without");
    const auto equal = [](const std::vector<nn::extent>& found, const std::vector<std::int32_t>& expected) {
        return std::equal(found.begin(), found.end(), expected.begin(), expected.end());
    };
    CHECK(equal(drawn(nn::weighted_sampler(weights, 40), 12345, 3), with));
    CHECK(equal(drawn(nn::weighted_sampler(weights, 9, false), 12345, 3), without));
}

TEST_CASE("with replacement samples come in proportion to their weights, of weight 0 never") {
    const std::vector<double> weights{0, 1, 2, 0, 5, 0};
    const auto counts = counts_of(drawn(nn::weighted_sampler(weights, 80'000)), 6);
    for (std::size_t i = 0; i < 6; ++i)
        CHECK(std::abs(static_cast<double>(counts[i]) - 10'000 * weights[i]) < 5 * std::sqrt(80'000.0) * 0.5);
    CHECK(counts[0] + counts[3] + counts[5] == 0);
}

TEST_CASE("without replacement no sample comes twice, and the first one in proportion to the weights") {
    const std::vector<double> weights{3, 0, 1, 2};
    std::vector<nn::extent> first(4);
    for (std::uint64_t epoch = 0; epoch < 6000; ++epoch) {
        const auto order = drawn(nn::weighted_sampler(weights, 3, false), 1, epoch);
        CHECK(counts_of(order, 4) == std::vector<nn::extent>{1, 0, 1, 1});
        ++first[static_cast<std::size_t>(order[0])];
    }
    for (std::size_t i = 0; i < 4; ++i)
        CHECK(std::abs(static_cast<double>(first[i]) - 1000 * weights[i]) < 200);  // 5 deviations of at most 39
}

TEST_CASE("seed and epoch decide what is drawn") {
    const nn::weighted_sampler weighted(std::vector<double>(50, 1.0));
    const nn::balanced_sampler balanced(labels);
    for (const nn::epoch_sampler* one :
         {static_cast<const nn::epoch_sampler*>(&weighted), static_cast<const nn::epoch_sampler*>(&balanced)}) {
        CHECK(drawn(*one) == drawn(*one));
        CHECK(drawn(*one) != drawn(*one, 2));
        CHECK(drawn(*one) != drawn(*one, 1, 2));
    }
}

TEST_CASE("a balanced sampler draws equally many of each class that occurs") {
    const auto classes = [&](const std::vector<nn::extent>& order) {
        std::vector<nn::extent> counts(6);
        for (const nn::extent i : order) ++counts[static_cast<std::size_t>(labels[static_cast<std::size_t>(i)])];
        return counts;
    };
    CHECK(classes(drawn(nn::balanced_sampler(labels))) == std::vector<nn::extent>{7, 0, 7, 0, 0, 7});
    CHECK(classes(drawn(nn::balanced_sampler(labels, 3))) == std::vector<nn::extent>{3, 0, 3, 0, 0, 3});
    const nn::balanced_sampler once(labels, 0, false);
    CHECK(classes(drawn(once)) == std::vector<nn::extent>{1, 0, 1, 0, 0, 1});
    CHECK_FALSE(once.check(12));
    // Undersampling that chooses anew: in a few epochs every sample of a large class is seen.
    std::vector<nn::extent> seen(12);
    for (std::uint64_t epoch = 0; epoch < 60; ++epoch)
        for (const nn::extent i : drawn(once, 1, epoch)) ++seen[static_cast<std::size_t>(i)];
    for (std::size_t i = 0; i < 12; ++i) CHECK((seen[i] > 0) == (labels[i] >= 0));
}

TEST_CASE("samplers refuse what they cannot draw from") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto refuses = [](const nn::epoch_sampler& sampler, nn::extent samples, const std::string& why) {
        CHECK(sampler.check(samples).message().find(why) != std::string::npos);
    };
    refuses(nn::weighted_sampler({1, 2}), 3, "2 weights for 3 samples");
    refuses(nn::weighted_sampler({1, -2}), 2, "weight 1 is -2, expected a finite number of at least 0");
    refuses(nn::weighted_sampler({nan, 1}), 2, "weight 0 is nan");
    refuses(nn::weighted_sampler({0, 0}), 2, "no weight is above 0");
    refuses(nn::weighted_sampler({}), 0, "no weight is above 0");
    refuses(nn::weighted_sampler({1, 0}, 2, false), 2, "2 draws of 1 samples");
    refuses(nn::weighted_sampler({1, 0}, -1), 2, "-1 draws");
    refuses(nn::balanced_sampler(labels), 11, "12 labels for 11 samples");
    refuses(nn::balanced_sampler({-1, -1}), 2, "no label is a class");
    refuses(nn::balanced_sampler(labels, 2, false), 12, "2 of each class, the smallest one has 1");
}

TEST_CASE("oversampling keeps every sample and repeats the rare ones; undersampling takes none twice") {
    const auto more = nn::oversampled(labels, nn::seed{3}), less = nn::undersampled(labels, nn::seed{3});
    const auto more_counts = counts_of(more, 12), less_counts = counts_of(less, 12);
    CHECK(more.size() == 21);
    CHECK(std::is_sorted(more.begin(), more.end()));
    CHECK(less.size() == 3);
    nn::extent of_class_2 = 0;
    for (std::size_t i = 0; i < 12; ++i) {
        CHECK((more_counts[i] >= 1) == (labels[i] >= 0));
        if (labels[i] == 0) CHECK(more_counts[i] == 1);
        if (labels[i] == 2) of_class_2 += more_counts[i];
        CHECK(less_counts[i] <= 1);
    }
    CHECK(of_class_2 == 7);
    CHECK(more_counts[7] == 7);
    CHECK(less_counts[7] == 1);
    CHECK(nn::oversampled({}, nn::seed{}).empty());
    CHECK(nn::undersampled({-1}, nn::seed{}).empty());
}

TEST_CASE("samples at places have their inputs, labels and values, and whatever else the data set knows") {
    struct counted : nn::dataset<nn::shape<2>> {
        int known = 0;
    } data;
    data.known = 8;
    data.inputs = {1, 2, 3, 4, 5, 6};
    data.labels = {10, 20, 30};
    data.values = {1, 1, 1, 2, 2, 2, 3, 3, 3};
    data.class_names = {"a"};
    const counted part = nn::samples_at(data, {2, 0, 2});
    CHECK(part.inputs == std::vector<float>{5, 6, 1, 2, 5, 6});
    CHECK(part.labels == std::vector<std::int32_t>{30, 10, 30});
    CHECK(part.values == std::vector<float>{3, 3, 3, 1, 1, 1, 3, 3, 3});
    CHECK(part.class_names == data.class_names);
    CHECK(part.known == 8);
    data.values.clear();
    CHECK(nn::samples_at(data, {1}).values.empty());
}

}  // namespace
