// SPDX-License-Identifier: MIT
/// \file
/// Pipelines on the way from a picture or a volume to a network's input.
#include <doctest/doctest.h>

#include <ctnn/data/image_input.hpp>
#include <ctnn/data/volume_input.hpp>

using namespace ctnn;

namespace {

TEST_CASE("a pipeline is done to a picture before it is resized and scaled") {
    image picture{.height = 5, .width = 7, .channels = 1, .maximum = 200, .pixels = {}};
    for (int i = 0; i < 35; ++i) picture.pixels.push_back(static_cast<std::uint16_t>(40 + i * 37 % 101));
    const input_scaling scaling{2, -1};
    const pipeline steps{stages::resize_linear{.height = 3}, stages::min_max{}};
    std::vector<float> found(8), plain(8), expected(8);
    REQUIRE_FALSE(write_image_input<shape<2, 4, 1>>(picture, scaling, found.data(), steps));
    float_image by_hand = to_float(picture), resized{3, 7, 1, std::vector<float>(21)};
    REQUIRE_FALSE(resize_linear(view_of(static_cast<const float_image&>(by_hand)), view_of(resized)));
    REQUIRE_FALSE(normalize_min_max(view_of(resized)));
    REQUIRE_FALSE(write_image_input<shape<2, 4, 1>>(resized, scaling, expected.data()));
    CHECK(found == expected);
    REQUIRE_FALSE(write_image_input<shape<2, 4, 1>>(picture, scaling, plain.data()));
    CHECK(found != plain);
    CHECK(write_image_input<shape<2, 4, 3>>(resized, scaling, found.data()).message() ==
          "an image of 1 channels where a network takes 3");
    CHECK(write_image_input<shape<2, 4, 1>>(picture, scaling, found.data(), {stages::resize_linear{.depth = 2}})
              .message() == "pipeline: makes 2 slices of an image");
    CHECK(write_image_input<shape<2, 4, 1>>(picture, scaling, found.data(), {stages::gamma{0}}).kind() ==
          error_kind::invalid_argument);
}

TEST_CASE("a pipeline sees the values of a volume's file, in place of the preparation's low and high") {
    volume v;
    v.grid = {2, 2, 2, {}};
    v.values = {-1000, -160, 40, 240, 3000, 0, 40, 40};
    std::vector<float> found(8);
    REQUIRE_FALSE(write_volume_input<shape<2, 2, 2, 1>>(v, {.low = 0, .high = 1}, {2, 0}, found.data(),
                                                        {stages::window{.level = 40, .width = 400}}));
    CHECK(found == std::vector<float>{0, 0, 1, 2, 2, 0.8f, 1, 1});
    CHECK(write_volume_input<shape<2, 2, 2, 1>>(v, {}, {}, found.data(), {stages::resize_area{.depth = 1}}).message() ==
          "pipeline: resizes a volume; its voxels are resampled by their spacing");
}

}  // namespace
