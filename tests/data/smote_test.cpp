// SPDX-License-Identifier: MIT
/// \file
/// Synthetic samples lie between a sample of their class and one of its nearest neighbors.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include <ctnn/ctnn.hpp>

namespace nn = ctnn;

namespace {

using features = nn::dataset<nn::shape<3>>;

// Clouds of 20, 7 and 2 points; class 1 does not occur.
features clouds() {
    features data;
    nn::random_stream random(nn::seed{4}, 1);
    for (const auto& [label, count] : {std::pair{0, 20}, {2, 7}, {3, 2}})
        for (int i = 0; i < count; ++i) {
            for (int k = 0; k < 3; ++k) data.inputs.push_back(static_cast<float>(4 * label + random.next_uniform()));
            data.labels.push_back(label);
        }
    return data;
}

double distance(const float* a, const float* b) {
    const auto away = [&](int k) { return static_cast<double>(a[k]) - static_cast<double>(b[k]); };
    return std::hypot(away(0), away(1), away(2));
}

// Whether p lies between x and y: the two parts of the way are as long as the way.
bool is_between(const float* p, const float* x, const float* y) {
    return distance(x, p) + distance(p, y) < distance(x, y) + 1e-6;
}

// By definition: of the samples of x's class other than x, fewer than `neighbors` are closer than y.
bool is_neighbor(const features& data, nn::extent x, nn::extent y, nn::extent neighbors) {
    nn::extent closer = 0;
    for (nn::extent other = 0; other < data.size(); ++other)
        closer += other != x &&
                  data.labels[static_cast<std::size_t>(other)] == data.labels[static_cast<std::size_t>(x)] &&
                  distance(data.input_of(x), data.input_of(other)) < distance(data.input_of(x), data.input_of(y));
    return closer < neighbors;
}

TEST_CASE("every class becomes as frequent as the largest, behind the samples that were there") {
    const features data = clouds();
    const auto larger = nn::smote(data, nn::seed{1});
    REQUIRE(larger);
    CHECK(larger->size() == 60);
    CHECK(std::equal(data.inputs.begin(), data.inputs.end(), larger->inputs.begin()));
    CHECK(std::equal(data.labels.begin(), data.labels.end(), larger->labels.begin()));
    for (const int label : {0, 2, 3}) CHECK(std::ranges::count(larger->labels, label) == 20);
    CHECK(nn::smote(data, nn::seed{1})->inputs == larger->inputs);
    CHECK(nn::smote(data, nn::seed{2})->inputs != larger->inputs);
}

TEST_CASE("a synthetic sample lies between one of its class and one of that one's nearest neighbors") {
    const features data = clouds();
    for (const nn::extent neighbors : {1, 2, 5, 50}) {
        const auto larger = nn::smote(data, nn::seed{3}, neighbors);
        REQUIRE(larger);
        for (nn::extent made = data.size(); made < larger->size(); ++made) {
            const std::int32_t label = larger->labels[static_cast<std::size_t>(made)];
            bool found = false;
            for (nn::extent x = 0; x < data.size(); ++x)
                for (nn::extent y = 0; y < data.size(); ++y)
                    found = found || (x != y && data.labels[static_cast<std::size_t>(x)] == label &&
                                      data.labels[static_cast<std::size_t>(y)] == label &&
                                      is_between(larger->input_of(made), data.input_of(x), data.input_of(y)) &&
                                      is_neighbor(data, x, y, neighbors));
            CHECK(found);
        }
    }
}

TEST_CASE("classes that are equally frequent stay as they are, equal samples have equal ones between them") {
    const features even{.inputs = {1, 2, 3, 4, 5, 6}, .labels = {0, 1}};
    CHECK(nn::smote(even, nn::seed{1})->inputs == even.inputs);
    const features same{.inputs = {1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6, 4, 5, 6}, .labels = {0, 0, 1, 1, 1}};
    const auto larger = nn::smote(same, nn::seed{1});
    CHECK(larger->size() == 6);
    CHECK(std::vector<float>(larger->inputs.end() - 3, larger->inputs.end()) == std::vector<float>{1, 2, 3});
}

TEST_CASE("smote refuses what has no neighbors or no classes") {
    const auto message = [](const features& data, nn::extent neighbors = 5) {
        return nn::smote(data, nn::seed{1}, neighbors).error().message();
    };
    CHECK(message({.inputs = {1, 2, 3}}) == "smote: expected one label of at least 0 for each sample");
    CHECK(message({.inputs = {1, 2, 3}, .labels = {-1}}) == "smote: expected one label of at least 0 for each sample");
    CHECK(message({.inputs = {1, 2, 3}, .labels = {0, 1}}).find("data set: 2 labels for 1 samples") == 0);
    CHECK(message({}).find("data set: no samples") == 0);
    CHECK(message({.inputs = {1, 2, 3, 4, 5, 6, 7, 8, 9}, .labels = {0, 1, 1}}) ==
          "smote: class 0 has one sample, no neighbor");
    CHECK(message({.inputs = {1, 2, 3}, .labels = {0}}, 0) == "smote: expected at least one neighbor");
}

}  // namespace
