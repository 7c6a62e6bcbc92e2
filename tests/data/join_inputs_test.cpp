// SPDX-License-Identifier: MIT
/// \file
/// Data sets of single inputs as one of several.
#include <doctest/doctest.h>

#include "ctnn/data/join_inputs.hpp"

using namespace ctnn;

TEST_CASE("samples of several data sets lie one behind the other, with what the first knows of them") {
    dataset<shape<2, 1>> a{.inputs = {1, 2, 3, 4}, .labels = {0, 1}, .values = {}, .class_names = {"no", "yes"}};
    dataset<shape<3>> b{.inputs = {5, 6, 7, 8, 9, 10}, .labels = {}, .values = {}, .class_names = {}};
    dataset<shape<1>> c{.inputs = {11, 12}, .labels = {7, 7}, .values = {}, .class_names = {}};
    const auto all = join_inputs(a, b, c);
    REQUIRE(all);
    CHECK(all->inputs == std::vector<float>{1, 2, 5, 6, 7, 11, 3, 4, 8, 9, 10, 12});
    CHECK(all->labels == a.labels);
    CHECK(all->class_names == a.class_names);
    CHECK(all->size() == 2);
    CHECK_FALSE(all->check(1, 0));
}

TEST_CASE("data sets of other sizes are refused") {
    const dataset<shape<2>> a{.inputs = {1, 2, 3, 4}, .labels = {}, .values = {}, .class_names = {}};
    const dataset<shape<3>> b{.inputs = {5, 6, 7}, .labels = {}, .values = {}, .class_names = {}};
    const auto other = join_inputs(a, b);
    REQUIRE_FALSE(other);
    CHECK(other.error().kind() == error_kind::shape_mismatch);
    CHECK(other.error().message() == "join_inputs: input 1 has 3 numbers, expected 2 samples of 3");
    const dataset<shape<2>> torn{.inputs = {1, 2, 3}, .labels = {}, .values = {}, .class_names = {}};
    CHECK(join_inputs(torn, b).error().message() == "join_inputs: input 0 has 3 numbers, expected 1 samples of 2");
}
