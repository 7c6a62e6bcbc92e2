// SPDX-License-Identifier: MIT
/// \file
/// Morphology and components of masks against SciPy, with several classes, and what they refuse.
#include <doctest/doctest.h>

#include <algorithm>
#include <ctnn/data/preprocess/components.hpp>

#include "golden_arrays.hpp"

using namespace ctnn;

namespace {

TEST_CASE("masks are eroded, dilated, opened, closed and filled as SciPy does, in 2-D and 3-D") {
    const golden_archive golden("preprocess");
    for (const std::string of : {"mask", "solid"})
        for (extent connectivity = 1; connectivity <= (of == "mask" ? 2 : 3); ++connectivity) {
            const auto check = [&](const std::string& name, const auto& change, extent iterations) {
                INFO(of, ".", name);
                mask_block mask = golden.read<std::int32_t>(of + ".input");
                REQUIRE_FALSE(change(mask, {.connectivity = connectivity, .iterations = iterations}));
                CHECK(mask.values == golden.read<std::int32_t>(of + "." + name).values);
            };
            const std::string with = "." + std::to_string(connectivity);
            for (extent n = 1; n <= 2; ++n) {
                check("eroded" + with + "." + std::to_string(n), erode, n);
                check("dilated" + with + "." + std::to_string(n), dilate, n);
                check("opened" + with + "." + std::to_string(n), open_mask, n);
                check("closed" + with + "." + std::to_string(n), close_mask, n);
            }
            check("filled" + with, fill_holes, 1);
            check("largest" + with, keep_largest_component, 1);
            const mask_block mask = golden.read<std::int32_t>(of + ".input"),
                             expected = golden.read<std::int32_t>(of + ".components" + with);
            mask_block numbers(mask.extents);
            const auto count = connected_components(mask, numbers, {.connectivity = connectivity});
            REQUIRE(count);
            CHECK(numbers.values == expected.values);
            CHECK(*count == *std::max_element(expected.values.begin(), expected.values.end()));
        }
}

TEST_CASE("one class changes, the others stay") {
    //  0 2 1 1     class 1 grows over 0 alone
    //  0 0 1 1
    const std::vector<std::int32_t> before{0, 2, 1, 1, 0, 0, 1, 1};
    mask_block mask({1, 2, 4, 1}, before);
    CHECK_FALSE(dilate(mask, {.label = 1}));
    CHECK(mask.values == std::vector<std::int32_t>{0, 2, 1, 1, 0, 1, 1, 1});
    mask.values = before;
    CHECK_FALSE(dilate(mask, {.label = 2, .connectivity = 2}));
    CHECK(mask.values == std::vector<std::int32_t>{2, 2, 1, 1, 2, 2, 1, 1});
    mask.values = before;
    CHECK_FALSE(erode(mask));
    CHECK(mask.values == std::vector<std::int32_t>{0, 2, 0, 1, 0, 0, 0, 1});
    mask.values = {1, 1, 1, 1, 2, 1, 0, 1, 0, 1, 1, 1};
    mask.extents = {1, 3, 4, 1};
    CHECK_FALSE(fill_holes(mask));
    CHECK(mask.values == std::vector<std::int32_t>{1, 1, 1, 1, 2, 1, 1, 1, 0, 1, 1, 1});
    mask.values = {3, 3, 0, 3, 2, 0, 0, 3, 2, 0, 0, 3};
    CHECK_FALSE(keep_largest_component(mask, {.label = 3}));
    CHECK(mask.values == std::vector<std::int32_t>{0, 0, 0, 3, 2, 0, 0, 3, 2, 0, 0, 3});
}

TEST_CASE("empty and full masks stay as they are") {
    for (const std::int32_t label : {0, 1}) {
        const std::vector<std::int32_t> before(24, label);
        mask_block mask({2, 3, 4, 1}, before), numbers(mask.extents);
        for (const auto& change : {erode, dilate, open_mask, close_mask, fill_holes, keep_largest_component}) {
            CHECK_FALSE(change(mask, {.connectivity = 3, .iterations = 2}));
            CHECK(mask.values == before);
        }
        CHECK(*connected_components(mask, numbers) == label);
        CHECK(numbers.values == before);
    }
}

TEST_CASE("morphology refuses options and masks that make no sense") {
    mask_block mask({1, 2, 2, 1}, {0, 1, 1, 0}), other({1, 1, 4, 1});
    const std::vector<std::int32_t> before = mask.values;
    CHECK(erode(mask, {.label = 0}).message() == "erode: label 0 is the background");
    CHECK(dilate(mask, {.connectivity = 4}).message() == "dilate: connectivity is 4, expected 1 to 3");
    CHECK(open_mask(mask, {.iterations = -1}).message() == "open_mask: iterations is -1, expected 0 to 1000");
    CHECK(close_mask(mask_view({1, 1, 2, 2}, mask.values.data())).message() ==
          "close_mask: a mask of 2 channels, expected 1");
    CHECK(fill_holes(mask_view({1, 1, 2, 1}, nullptr)).message() ==
          "fill_holes: an image of 1 x 1 x 2 x 1 without memory");
    CHECK(connected_components(mask, other).error().kind() == error_kind::shape_mismatch);
    CHECK(mask.values == before);
}

}  // namespace
