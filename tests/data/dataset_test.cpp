// SPDX-License-Identifier: MIT
/// \file
/// Data sets in memory: what fits together, and the order of an epoch.
#include <doctest/doctest.h>
#include <algorithm>
#include <ctnn/data/batch_order.hpp>
#include <ctnn/data/dataset.hpp>

using set = ctnn::dataset<ctnn::shape<2, 3, 1>>;

TEST_CASE("a data set of whole samples with a label each is accepted") {
    set data;
    data.inputs.resize(12);
    data.labels = {0, 1};
    CHECK_FALSE(data.check(1, 2));
    CHECK(data.size() == 2);
    CHECK(data.input_of(1) == data.inputs.data() + 6);
    data.labels.clear();
    data.values = {1, 2, 3, 4};
    CHECK_FALSE(data.check(1, 2));
}

TEST_CASE("a data set says what does not fit together, and how many were expected") {
    set data;
    CHECK(data.check(1, 1).kind() == ctnn::error_kind::invalid_argument);
    CHECK(data.check(1, 1).message() == "data set: no samples");
    data.inputs.resize(13);
    CHECK(data.check(1, 1).kind() == ctnn::error_kind::shape_mismatch);
    CHECK(data.check(1, 1).message() == "data set: 13 numbers are no whole samples of 6");
    data.inputs.resize(12);
    data.labels = {0, 1, 1};
    CHECK(data.check(1, 1).message() == "data set: 3 labels for 2 samples, expected 2");
    data.labels.clear();
    data.values = {1, 2, 3};
    CHECK(data.check(1, 2).message() == "data set: 3 values for 2 samples, expected 4");
}

TEST_CASE("shuffling is a permutation that seed and epoch alone decide") {
    std::vector<ctnn::extent> order(100), again(100), sorted(100);
    for (std::size_t i = 0; i < sorted.size(); ++i) sorted[i] = static_cast<ctnn::extent>(i);
    ctnn::shuffle(order, ctnn::seed{1}, 3);
    again[0] = 77;  // what stood there does not matter
    ctnn::shuffle(again, ctnn::seed{1}, 3);
    CHECK(order == again);
    CHECK(order != sorted);
    ctnn::shuffle(again, ctnn::seed{1}, 4);
    CHECK(order != again);
    ctnn::shuffle(again, ctnn::seed{2}, 3);
    CHECK(order != again);
    std::sort(order.begin(), order.end());
    CHECK(order == sorted);
}

TEST_CASE("shuffling nothing or a single sample is harmless") {
    std::vector<ctnn::extent> none, one(1);
    ctnn::shuffle(none, ctnn::seed{1}, 1);
    ctnn::shuffle(one, ctnn::seed{1}, 1);
    CHECK(none.empty());
    CHECK(one[0] == 0);
}
