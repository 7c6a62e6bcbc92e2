// SPDX-License-Identifier: MIT
/// \file
/// Pipelines do what their stages' functions do, one after another, and say which stage failed.
#include <doctest/doctest.h>

#include <ctnn/data/preprocess/apply.hpp>

#include "golden_arrays.hpp"

using namespace ctnn;

namespace {

TEST_CASE("each stage of a pipeline is its function") {
    const image_block start = golden_archive("preprocess").read<float>("image.input");
    const auto after = [&](const pipeline& by, const pixel_extents& size) {
        pixel_extents extents = start.extents;
        std::vector<float> values = start.values;
        REQUIRE_FALSE(apply(by, extents, values));
        CHECK(extents == size);
        return values;
    };
    const auto in_place = [&](const auto& change) {
        image_block image = start;
        REQUIRE_FALSE(change(image_view(image)));
        return image.values;
    };
    const auto elsewhere = [&](const pixel_extents& size, const auto& change) {
        image_block to(size);
        REQUIRE_FALSE(change(const_image_view(start), image_view(to)));
        return to.values;
    };
    const pixel_extents same = start.extents, other{1, 6, same.width, 2};
    CHECK(after({}, same) == start.values);
    CHECK(after({stages::min_max{}}, same) == in_place(normalize_min_max));
    CHECK(after({stages::z_score{}}, same) == in_place(normalize_z_score));
    CHECK(after({stages::clip_percentiles{2, 80}}, same) ==
          in_place([](auto v) { return clip_percentiles(v, 2, 80); }));
    CHECK(after({stages::window{0.5, 0.2}}, same) == in_place([](auto v) { return apply_window(v, 0.5, 0.2); }));
    CHECK(after({stages::mean_filter{5}}, same) == in_place([](auto v) { return mean_filter(v, 5); }));
    CHECK(after({stages::gaussian_filter{1.5}}, same) == in_place([](auto v) { return gaussian_filter(v, 1.5); }));
    CHECK(after({stages::equalize_histogram{32}}, same) == in_place([](auto v) { return equalize_histogram(v, 32); }));
    CHECK(after({stages::clahe{2, 0.1, 64}}, same) == in_place([](auto v) {
              return equalize_adaptive(v, {2, 0.1, 64});
          }));
    CHECK(after({stages::gamma{0.5}}, same) == in_place([](auto v) { return adjust_gamma(v, 0.5); }));
    CHECK(after({stages::optical_density{2}}, same) == in_place([](auto v) { return optical_density(v, 2); }));
    CHECK(after({stages::median_filter{5}}, same) ==
          elsewhere(same, [](auto from, auto to) { return median_filter(from, to, 5); }));
    CHECK(after({stages::resize_linear{.height = 6}}, other) == elsewhere(other, resize_linear));
    CHECK(after({stages::resize_area{.height = 6}}, other) ==
          elsewhere(other, [](auto from, auto to) { return resize_area(from, to); }));
    CHECK(after({stages::resize_nearest{.height = 6}}, other) == elsewhere(other, resize_nearest<float>));
    // Several, one after another.
    image_block both(other);
    REQUIRE_FALSE(resize_area(start, both));
    REQUIRE_FALSE(normalize_min_max(both));
    CHECK(after({stages::resize_area{.height = 6}, stages::min_max{}}, other) == both.values);
}

TEST_CASE("each stage of masks is its function") {
    const mask_block start = golden_archive("preprocess").read<std::int32_t>("solid.input");
    const auto same = [&](const stage& step, const auto& change, extent connectivity) {
        mask_block one = start, two = start;
        REQUIRE_FALSE(apply({step}, mask_view(one)));
        REQUIRE_FALSE(change(two, {.connectivity = connectivity, .iterations = 2}));
        CHECK(one.values == two.values);
    };
    for (extent c = 1; c <= 3; ++c) {
        same(stages::erode{1, c, 2}, erode, c);
        same(stages::dilate{1, c, 2}, dilate, c);
        same(stages::open{1, c, 2}, open_mask, c);
        same(stages::close{1, c, 2}, close_mask, c);
        same(stages::fill_holes{1, c, 2}, fill_holes, c);
        same(stages::keep_largest{1, c, 2}, keep_largest_component, c);
    }
}

TEST_CASE("a failing stage is named, and a stage of the other kind is refused") {
    pixel_extents extents{1, 2, 2, 1};
    std::vector<float> values{0, 1, -2, 3};
    mask_block mask({1, 2, 2, 1});
    CHECK(apply({stages::min_max{}, stages::window{0, 1}, stages::gamma{2}, stages::erode{}}, extents, values)
              .message() == "pipeline: stage 4, erode: is done to masks, and this is an image");
    values = {0, 1, -2, 3};
    CHECK(apply({stages::mean_filter{1}, stages::gamma{2}}, extents, values).message() ==
          "pipeline: stage 2, gamma: adjust_gamma: the value -2, expected none below 0");
    CHECK(apply({stages::min_max{}}, mask_view(mask)).message() ==
          "pipeline: stage 1, min_max: is done to images, and this is a mask");
    CHECK(apply({stages::gamma{-1}}, extents, values).kind() == error_kind::invalid_argument);
    CHECK(apply({stages::resize_area{60000, 60000}}, extents, values).kind() == error_kind::too_large);
    values.pop_back();
    CHECK(apply({}, extents, values).message() == "pipeline: 3 values for an image of 4");
}

}  // namespace
