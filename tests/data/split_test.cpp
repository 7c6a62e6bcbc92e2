// SPDX-License-Identifier: MIT
/// \file
/// Splitting: each sample once, each class by its share, the same every time.
#include <doctest/doctest.h>
#include <algorithm>
#include <ctnn/data/split.hpp>

namespace {
std::vector<std::int32_t> labels_of(std::initializer_list<int> counts) {
    std::vector<std::int32_t> labels;
    std::int32_t c = 0;
    for (const int count : counts) labels.insert(labels.end(), static_cast<std::size_t>(count), c++);
    return labels;
}
ctnn::extent members(const std::vector<ctnn::extent>& part, const std::vector<std::int32_t>& labels, std::int32_t c) {
    return std::count_if(part.begin(), part.end(),
                         [&](ctnn::extent i) { return labels[static_cast<std::size_t>(i)] == c; });
}
}  // namespace

TEST_CASE("a stratified split has each sample once and each class by its share") {
    const auto labels = labels_of({100, 20, 40});
    const ctnn::split_indices parts = ctnn::stratified_split(labels, ctnn::seed{5});
    std::vector<ctnn::extent> all = parts.train;
    all.insert(all.end(), parts.validation.begin(), parts.validation.end());
    all.insert(all.end(), parts.test.begin(), parts.test.end());
    std::sort(all.begin(), all.end());
    REQUIRE(all.size() == labels.size());
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(all[i] == static_cast<ctnn::extent>(i));
    const ctnn::extent expected[] = {15, 3, 6};
    for (std::int32_t c = 0; c < 3; ++c) {
        CHECK(members(parts.validation, labels, c) == expected[c]);
        CHECK(members(parts.test, labels, c) == expected[c]);
    }
    CHECK(std::is_sorted(parts.train.begin(), parts.train.end()));
}

TEST_CASE("a split depends on the seed alone") {
    const auto labels = labels_of({50, 50});
    CHECK(ctnn::stratified_split(labels, ctnn::seed{1}).test == ctnn::stratified_split(labels, ctnn::seed{1}).test);
    CHECK(ctnn::stratified_split(labels, ctnn::seed{1}).test != ctnn::stratified_split(labels, ctnn::seed{2}).test);
}

TEST_CASE("a class of three samples is in every part of a split") {
    const auto labels = labels_of({3, 30});
    const ctnn::split_indices parts = ctnn::stratified_split(labels, ctnn::seed{1});
    CHECK(members(parts.train, labels, 0) == 1);
    CHECK(members(parts.validation, labels, 0) == 1);
    CHECK(members(parts.test, labels, 0) == 1);
}

TEST_CASE("a share of nothing is nothing") {
    const auto labels = labels_of({20, 20});
    const ctnn::split_indices parts = ctnn::stratified_split(labels, ctnn::seed{1}, 0.15, 0);
    CHECK(parts.test.empty());
    CHECK(parts.validation.size() == 6);
    CHECK(parts.train.size() == 34);
    CHECK(ctnn::stratified_split({}, ctnn::seed{1}).train.empty());
}
