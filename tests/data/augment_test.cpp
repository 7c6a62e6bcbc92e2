// SPDX-License-Identifier: MIT
/// \file
/// Augmentations with fixed numbers against SciPy, the fill modes, what is drawn, and what is refused.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <ctnn/data/augment/augmentation.hpp>
#include <limits>

#include "golden_arrays.hpp"

using namespace ctnn;

namespace {

const golden_archive& golden() {
    static const golden_archive archive("augment");
    return archive;
}
constexpr std::uint64_t stream = 1234567890123;

/// Image and mask of the archive, changed, against what the archive says.
void check_case(const std::string& of, const std::string& name, const drawn_augmentation& d, bool with_mask = true,
                double largest = 2e-6) {
    INFO(of, ".", name);
    const image_block image = golden().read<float>(of + ".input"), expected = golden().read<float>(of + "." + name);
    image_block found(image.extents), alone(image.extents);
    REQUIRE_FALSE(augment(d, image, alone));
    CHECK(largest_difference(alone, expected) < largest);
    if (!with_mask) return;
    const mask_block mask = golden().read<std::int32_t>(of + ".mask"),
                     classes = golden().read<std::int32_t>(of + "." + name + ".mask");
    mask_block moved(mask.extents);
    REQUIRE_FALSE(augment(d, image, found, mask, moved));
    CHECK(found.values == alone.values);
    CHECK(moved.values == classes.values);
}

TEST_CASE("every geometry with fixed numbers is SciPy's, of image and mask alike") {
    for (const std::string of : {"image", "volume"}) {
        check_case(of, "rotation", {.rotation = 23});
        check_case(of, "shift", {.shift = {0, 1.3, -2.6}});
        check_case(of, "shear", {.shear = 17});
        check_case(of, "zoom", {.zoom = {1, 0.7, 1.4}});
        check_case(of, "horizontal_flip", {.flip = {false, false, true}});
        check_case(of, "vertical_flip", {.flip = {false, true, false}});
        drawn_augmentation every{
            .rotation = -31, .shear = 11, .shift = {0, 2.2, 0.7}, .zoom = {1, 1.2, 0.9}, .flip = {false, false, true}};
        if (of == "volume") {
            check_case(of, "tilt", {.tilt_of_rows = 14, .tilt_of_columns = -9});
            check_case(of, "depth", {.shift = {1.4, 0, 0}, .zoom = {0.8, 1, 1}, .flip = {true, false, false}});
            every.tilt_of_rows = 12;
            every.tilt_of_columns = 7;
            every.shift[0] = -0.6;
            every.zoom[0] = 1.1;
            every.flip[0] = true;
        }
        every.cval = 0.25f;
        every.mask_outside = 7;
        const char* names[] = {"nearest", "constant", "reflect", "wrap"};
        for (const fill mode : {fill::nearest, fill::constant, fill::reflect, fill::wrap}) {
            every.fill_mode = mode;
            check_case(of, std::string("every.") + names[static_cast<int>(mode)], every);
        }
        check_case(of, "elastic", {.elastic_alpha = 9, .elastic_sigma = 1.5, .random = seed{77}, .stream = stream});
    }
}

TEST_CASE("every change of values with fixed numbers is NumPy's") {
    for (const std::string of : {"image", "volume"}) {
        drawn_augmentation bias;
        for (std::size_t i = 0; i < bias.bias.size(); ++i) bias.bias[i] = 0.4 * std::cos(static_cast<double>(i));
        check_case(of, "bias", bias, false);
        check_case(of, "gamma", {.gamma = 1.7}, false);
        check_case(of, "blur", {.blur = 0.9}, false);
        check_case(of, "brightness", {.brightness = 1.6, .white = 0.7, .offset = 0.125}, false);
        check_case(of, "noise", {.noise = 0.2, .random = seed{77}, .stream = stream}, false);
        check_case(of, "rescale", {.rescale = 1.0 / 255}, false);
    }
}

TEST_CASE("the fill modes give the rows of Keras' documentation") {
    const auto row = [](fill mode) {
        const image_block image({1, 1, 4, 1}, {'a', 'b', 'c', 'd'});
        image_block wide({1, 1, 20, 1});
        pixel_map map;
        map.offset = {0, 0, -8};
        REQUIRE_FALSE(warp<float>(image, wide, map, mode, 'k'));
        std::string text;
        for (const float value : wide.values) text += static_cast<char>(value);
        return text;
    };
    CHECK(row(fill::constant) == "kkkkkkkkabcdkkkkkkkk");
    CHECK(row(fill::nearest) == "aaaaaaaaabcddddddddd");
    CHECK(row(fill::reflect) == "abcddcbaabcddcbaabcd");
    CHECK(row(fill::wrap) == "abcdabcdabcdabcdabcd");
}

TEST_CASE("what is drawn lies in its range, by Keras' units, and is a function of seed and stream") {
    const augmentation by{.rotation_range = 20,
                          .width_shift_range = 0.2,
                          .height_shift_range = 3,
                          .shear_range = 10,
                          .zoom_range = {0.8, 1.3},
                          .horizontal_flip = true,
                          .brightness_range = {0.5, 1.5},
                          .depth_shift_range = 0.5,
                          .tilt_range = 5,
                          .depth_flip = true,
                          .noise_range = 2,
                          .gamma_range = {0.7, 1.4},
                          .bias_field_range = 0.3};
    const pixel_extents image{1, 30, 50, 3}, volume{8, 30, 50, 1};
    double sums[4] = {}, most[4] = {};
    int flips = 0, vertical = 0;
    constexpr int count = 2000;
    for (std::uint64_t i = 0; i < count; ++i) {
        const drawn_augmentation d = draw(by, image, seed{3}, i);
        const double values[4] = {d.rotation / 20, d.shift[2] / 10, d.shift[1] / 3, d.shear / 10};
        for (int k = 0; k < 4; ++k) {
            sums[k] += values[k];
            most[k] = std::fmax(most[k], std::fabs(values[k]));
        }
        for (const double zoom : {d.zoom[1], d.zoom[2]}) CHECK((zoom >= 0.8 && zoom <= 1.3));
        CHECK(d.zoom[1] != d.zoom[2]);
        CHECK((d.brightness >= 0.5 && d.brightness <= 1.5));
        CHECK((d.noise >= 0 && d.noise <= 2));
        CHECK((d.gamma >= 0.7 && d.gamma <= 1.4));
        CHECK((d.shift[0] == 0 && d.zoom[0] == 1 && !d.flip[0] && d.tilt_of_rows == 0));
        flips += d.flip[2];
        vertical += d.flip[1];
        if (i >= 20) continue;
        const drawn_augmentation again = draw(by, image, seed{3}, i), deep = draw(by, volume, seed{3}, i);
        CHECK(again.bias == d.bias);
        CHECK(again.rotation == d.rotation);
        CHECK(draw(by, image, seed{4}, i).rotation != d.rotation);
        CHECK(deep.rotation == d.rotation);
        CHECK(std::fabs(deep.shift[0]) <= 4);
        CHECK(deep.tilt_of_rows != 0);
        // Switched on alone, a range draws the same number.
        CHECK(draw({.gamma_range = {0.7, 1.4}}, image, seed{3}, i).gamma == d.gamma);
    }
    for (int k = 0; k < 4; ++k) {
        CHECK(std::fabs(sums[k]) / count < 0.05);
        CHECK((most[k] > 0.98 && most[k] <= 1));
    }
    CHECK(std::abs(flips - count / 2) < 120);
    CHECK(vertical == 0);
}

TEST_CASE("nothing drawn changes nothing, and a whole turn is nearly that") {
    const image_block image = golden().read<float>("volume.input");
    image_block found(image.extents);
    REQUIRE_FALSE(augment(draw({}, image.extents, seed{1}, 2), image, found));
    CHECK(found.values == image.values);
    REQUIRE_FALSE(augment({.rotation = 360}, image, found));
    CHECK(largest_difference(found, image) < 1e-5);
    const image_block pixel({1, 1, 1, 2}, {3, 4});
    image_block same(pixel.extents);
    REQUIRE_FALSE(
        augment({.rotation = 40, .shear = 20, .shift = {0, 5, 5}, .gamma = 2, .elastic_alpha = 8}, pixel, same));
    CHECK(same.values == pixel.values);
}

TEST_CASE("Beta numbers have the mean and the spread of their distribution") {
    for (const double alpha : {0.2, 1.0, 4.0}) {
        random_stream random(seed{9}, 1);
        double sum = 0, squares = 0;
        constexpr int count = 20000;
        for (int i = 0; i < count; ++i) {
            const double value = next_beta(random, alpha);
            REQUIRE((value >= 0 && value <= 1));
            sum += value;
            squares += (value - 0.5) * (value - 0.5);
        }
        CHECK(sum / count == doctest::Approx(0.5).epsilon(0.02));
        CHECK(squares / count == doctest::Approx(1 / (4 * (2 * alpha + 1))).epsilon(0.03));
    }
}

TEST_CASE("a flip that meets left and right is warned of") {
    const augmentation flips{.horizontal_flip = true};
    CHECK(flip_warning(flips, {"normal", "left_lung"}).find("the class 'left_lung'") != std::string::npos);
    for (const char* name : {"Right kidney", "LEFT", "upper-right", "KidneyLeft", "rightmost"})
        CHECK_FALSE(flip_warning(flips, {name}).empty());
    for (const char* name : {"bright", "cleft", "CLEFT", "upright", "lef", "", "alright"})
        CHECK(flip_warning(flips, {name}).empty());
    CHECK(flip_warning({.vertical_flip = true}, {"left"}).empty());
}

TEST_CASE("ranges and images that make no sense are refused by name") {
    const auto text = [](const augmentation& by) { return check(by).message(); };
    CHECK_FALSE(check(augmentation{}));
    CHECK(text({.rotation_range = -1}) == "augmentation: rotation_range is -1, expected 0 to 360");
    CHECK(text({.shear_range = 90}) == "augmentation: shear_range is 90, expected 0 to 89");
    CHECK(text({.zoom_range = {1.2, 0.8}}) ==
          "augmentation: zoom_range is 1.2 to 0.8, expected a range within 0.01 to 100");
    CHECK(text({.zoom_range = {0, 1}}).find("zoom_range is 0 to 1") != std::string::npos);
    CHECK(text({.brightness_range = {-1, 1}}).find("brightness_range") != std::string::npos);
    CHECK(text({.rescale = std::nan("")}).find("rescale is nan") != std::string::npos);
    CHECK(text({.noise_range = std::numeric_limits<double>::infinity()}).find("noise_range is inf") !=
          std::string::npos);
    image_block image({1, 2, 2, 1}, {1, 2, 3, 4}), other({1, 2, 3, 1}), to({1, 2, 2, 1}), colors({1, 2, 2, 3});
    mask_block mask({1, 2, 2, 1}), longer({1, 2, 3, 1});
    CHECK(augment({}, image, other).kind() == error_kind::shape_mismatch);
    CHECK(augment({}, image, image).kind() == error_kind::invalid_argument);
    CHECK(augment({}, image, to, mask, longer).kind() == error_kind::shape_mismatch);
    CHECK(augment({.elastic_alpha = 1, .elastic_sigma = -1}, image, to).kind() == error_kind::invalid_argument);
    CHECK(augment({.rotation = std::nan("")}, image, to).message() == "warp: the map has NaN or infinity");
    CHECK(warp<float>(image, colors, {}).message() == "warp: 1 channels, the output has 3");
    CHECK(warp<float>(image, image, {}).message() == "warp: the output needs memory of its own");
}

}  // namespace
