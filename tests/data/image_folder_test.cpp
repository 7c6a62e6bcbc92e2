// SPDX-License-Identifier: MIT
/// \file
/// Image folders as data sets: size, colors and scaling as the network's input says, unreadable files named.
#include <doctest/doctest.h>
#include <ctnn/data/image_folder.hpp>

#include "scratch_folder.hpp"

using doctest::Approx;

TEST_CASE("images of any size and color become what the input's shape says") {
    const scratch_folder folder("folder");
    folder.paint("dark/small.png", 2, 2, {51});
    folder.paint("dark/color.png", 9, 5, {255, 0, 0});
    folder.paint("light/large.png", 20, 31, {204});
    const auto gray = ctnn::read_image_folder<ctnn::shape<4, 6, 1>>(folder.path(), {.scaling = {2, -1}});
    REQUIRE(gray);
    CHECK(gray->class_names == std::vector<std::string>{"dark", "light"});
    CHECK(gray->labels == std::vector<std::int32_t>{0, 0, 1});
    REQUIRE(gray->size() == 3);
    CHECK_FALSE(gray->check(1, 2));
    const float expected[] = {2 * 76 / 255.0f - 1, 2 * 0.2f - 1, 2 * 0.8f - 1};  // 0.299 * 255 is 76
    for (ctnn::extent i = 0; i < 3; ++i)
        for (ctnn::extent k = 0; k < 24; ++k) CHECK(gray->input_of(i)[k] == Approx(static_cast<double>(expected[i])));

    const auto color = ctnn::read_image_folder<ctnn::shape<4, 6, 3>, double>(folder.path());
    REQUIRE(color);
    for (ctnn::extent k = 0; k < 72; ++k) {
        CHECK(color->input_of(0)[k] == (k % 3 == 0 ? 1 : 0));
        CHECK(color->input_of(1)[k] == Approx(0.2));
    }
}

TEST_CASE("an image shrinks by area: no pixel is skipped") {
    const scratch_folder folder("area");
    std::vector<unsigned char> pixels(64, 0);
    pixels[9] = 255;
    REQUIRE_FALSE(ctnn::write_png(folder.at("a/1.png"), pixels.data(), 8, 8, 1));
    folder.paint("b/1.png", 8, 8, {255});
    const auto data = ctnn::read_image_folder<ctnn::shape<2, 2, 1>>(folder.path());
    REQUIRE(data);
    CHECK(data->inputs[0] == Approx(1.0 / 16));
    CHECK(data->inputs[1] == 0);
    CHECK(data->inputs[4] == 1);
}

TEST_CASE("an unreadable image is an error with its name, or is left out and told") {
    const scratch_folder folder("unreadable");
    folder.paint("a/1.png", 4, 4, {10});
    folder.paint("a/3.png", 4, 4, {30});
    folder.write("a/2.png", "no image");
    folder.paint("b/1.png", 4, 4, {200});
    const auto refused = ctnn::read_image_folder<ctnn::shape<4, 4, 1>>(folder.path());
    CHECK(refused.error().kind() == ctnn::error_kind::wrong_format);
    CHECK(refused.error().file() == folder.at("a/2.png"));

    std::vector<ctnn::error> skipped;
    const auto read = ctnn::read_image_folder<ctnn::shape<4, 4, 1>>(folder.path(), {}, &skipped);
    REQUIRE(read);
    REQUIRE(skipped.size() == 1);
    CHECK(skipped[0].file() == folder.at("a/2.png"));
    CHECK(read->labels == std::vector<std::int32_t>{0, 0, 1});
    CHECK(read->size() == 3);
    CHECK(read->input_of(1)[0] == Approx(30 / 255.0));

    auto listing = ctnn::list_image_folder(folder.path());
    REQUIRE(listing);
    skipped.clear();
    REQUIRE(ctnn::read_images<ctnn::shape<4, 4, 1>>(*listing, {}, &skipped));
    CHECK(listing->size() == 3);
    CHECK(listing->files[1] == folder.at("a/3.png"));
}

TEST_CASE("a folder of nothing but unreadable images, or beyond the budget, is refused") {
    const scratch_folder folder("budget");
    folder.write("a/1.png", "");
    folder.write("b/1.png", "");
    std::vector<ctnn::error> skipped;
    CHECK(ctnn::read_image_folder<ctnn::shape<4, 4, 1>>(folder.path(), {}, &skipped).error().kind() ==
          ctnn::error_kind::invalid_argument);
    CHECK(skipped.size() == 2);
    CHECK(ctnn::read_image_folder<ctnn::shape<4, 4, 1>>(folder.path(), {.budget = 127}).error().kind() ==
          ctnn::error_kind::too_large);
}

TEST_CASE("the blood cells of the shared data are read whole") {
    const std::string root = std::string(CTNN_SHARED_DATA) + "/classification_bccd_cells";
    if (!std::filesystem::exists(root)) {
        MESSAGE("skipped: no shared data");
        return;
    }
    const auto splits = ctnn::list_image_splits(root, ctnn::seed{1});
    REQUIRE(splits);
    CHECK(splits->train.size() == 807);
    CHECK(splits->validation.size() == 185);
    CHECK(splits->test.size() == 193);
    CHECK(splits->train.class_names == std::vector<std::string>{"Platelets", "RBC", "WBC"});
    auto test = splits->test;
    const auto data = ctnn::read_images<ctnn::shape<32, 32, 3>>(test);
    REQUIRE(data);
    CHECK(data->size() == 193);
}
