// SPDX-License-Identifier: MIT
/// \file
/// Filters, normalization, histograms and resizing against SciPy, scikit-image and NumPy, and what they refuse.
#include <doctest/doctest.h>

#include <cmath>
#include <ctnn/data/preprocess/filter.hpp>
#include <ctnn/data/preprocess/histogram.hpp>
#include <ctnn/data/preprocess/resize.hpp>
#include <limits>

#include "golden_arrays.hpp"

using namespace ctnn;

namespace {

const golden_archive& golden() {
    static const golden_archive archive("preprocess");
    return archive;
}

/// What `change` makes of the golden input, against the golden output of this name.
template <class Change>
double difference_in_place(const std::string& of, const std::string& name, const Change& change) {
    image_block image = golden().read<float>(of + ".input");
    INFO(of, ".", name);
    REQUIRE_FALSE(change(image_view(image)));
    return largest_difference(image, golden().read<float>(of + "." + name));
}

template <class Change>
double difference_elsewhere(const std::string& of, const std::string& name, const Change& change) {
    const image_block image = golden().read<float>(of + ".input"), expected = golden().read<float>(of + "." + name);
    image_block found(expected.extents);
    REQUIRE_FALSE(change(const_image_view(image), image_view(found)));
    return largest_difference(found, expected);
}

error by_area(const const_image_view& from, const image_view& to) { return resize_area(from, to); }

const float nan = std::numeric_limits<float>::quiet_NaN();

TEST_CASE("an index outside an image is found where the four fill modes say") {
    const auto row = [](fill outside) {
        std::string text;
        for (extent at = -4; at < 8; ++at) {
            const extent place = fill_place(at, 4, outside);
            text += place < 0 ? 'k' : static_cast<char>('a' + place);
        }
        return text;
    };
    CHECK(row(fill::nearest) == "aaaaabcddddd");
    CHECK(row(fill::constant) == "kkkkabcdkkkk");
    CHECK(row(fill::reflect) == "dcbaabcddcba");
    CHECK(row(fill::wrap) == "abcdabcdabcd");
    CHECK(fill_place(-9, 4, fill::reflect) == 0);
    CHECK(fill_place(-5, 1, fill::reflect) == 0);
    CHECK(fill_place(7, 1, fill::wrap) == 0);
}

TEST_CASE("images and volumes are resized as SciPy does, areas as exact overlaps") {
    for (const std::string of : {"image", "volume"})
        for (const std::string size : {"small", "large"}) {
            CAPTURE(of + size);
            CHECK(difference_elsewhere(of, size + ".linear", resize_linear) < 2e-6);
            CHECK(difference_elsewhere(of, size + ".area", by_area) < 1e-6);
            CHECK(difference_elsewhere(of, size + ".nearest", resize_nearest<float>) == 0);
        }
    const image_block image = golden().read<float>("image.input");
    image_block same(image.extents);
    for (const auto& resize : {resize_linear, by_area, resize_nearest<float>}) {
        REQUIRE_FALSE(resize(image, same));
        CHECK(same.values == image.values);
    }
    image_block one({1, 1, 1, 2});
    REQUIRE_FALSE(resize_area(image, one));
    double sum = 0;
    for (std::size_t i = 1; i < image.values.size(); i += 2) sum += static_cast<double>(image.values[i]);
    CHECK(static_cast<double>(one.values[1]) == doctest::Approx(2 * sum / static_cast<double>(image.values.size())));
}

TEST_CASE("a resized mask has no class that was not there") {
    const mask_block mask({1, 2, 3, 1}, {0, 7, 0, 0, 0, -3});
    mask_block larger({2, 4, 6, 1});
    REQUIRE_FALSE(resize_nearest<std::int32_t>(mask, larger));
    for (const std::int32_t label : larger.values) CHECK((label == 0 || label == 7 || label == -3));
    CHECK(larger.values[2] == 7);
    CHECK(larger.values.back() == -3);
}

TEST_CASE("mean, median and Gaussian filters are SciPy's") {
    for (const std::string of : {"image", "volume"}) {
        CHECK(difference_in_place(of, "mean3", [](auto v) { return mean_filter(v, 3); }) < 1e-6);
        CHECK(difference_in_place(of, "mean9", [](auto v) { return mean_filter(v, 9); }) < 1e-6);
        CHECK(difference_in_place(of, "gaussian", [](auto v) { return gaussian_filter(v, 0.8); }) < 1e-6);
        CHECK(difference_in_place(of, "gaussian_wide", [](auto v) { return gaussian_filter(v, 3.1); }) < 1e-6);
        CHECK(difference_elsewhere(of, "median3", [](auto v, auto to) { return median_filter(v, to, 3); }) == 0);
        CHECK(difference_elsewhere(of, "median5", [](auto v, auto to) { return median_filter(v, to, 5); }) == 0);
    }
}

TEST_CASE("a filter of nothing changes nothing, and a single pixel stays itself") {
    image_block image({1, 2, 2, 1}, {1, 2, 3, 4}), pixel({1, 1, 1, 1}, {5}), to({1, 1, 1, 1});
    CHECK_FALSE(mean_filter(image, 1));
    CHECK_FALSE(gaussian_filter(image, 0));
    CHECK(image.values == std::vector<float>{1, 2, 3, 4});
    CHECK_FALSE(mean_filter(pixel, 9));
    CHECK_FALSE(gaussian_filter(pixel, 2));
    CHECK_FALSE(median_filter(pixel, to, 9));
    CHECK(pixel.values[0] == 5);
    CHECK(to.values[0] == 5);
}

TEST_CASE("values are normalized as NumPy and scikit-image do") {
    for (const std::string of : {"image", "volume"}) {
        CHECK(difference_in_place(of, "min_max", normalize_min_max) < 1e-6);
        CHECK(difference_in_place(of, "z_score", normalize_z_score) < 1e-5);
        CHECK(difference_in_place(of, "clipped", [](auto v) { return clip_percentiles(v, 3, 88.5); }) < 1e-6);
        CHECK(difference_in_place(of, "gamma", [](auto v) { return adjust_gamma(v, 0.7); }) < 1e-6);
        CHECK(difference_in_place(of, "density", [](auto v) { return optical_density(v, 0.9); }) < 1e-5);
        CHECK(difference_in_place(of, "window", [](auto v) {
                  for (float& value : v) value = 3000 * value - 1500;
                  return apply_window(v, 40, 400);
              }) < 1e-5);
    }
    image_block flat({1, 1, 3, 1}, {4, 4, 4}), hounsfield({1, 1, 5, 1}, {-1000, -160, 40, 240, 3000});
    CHECK_FALSE(apply_window(hounsfield, 40, 400));
    CHECK(hounsfield.values == std::vector<float>{0, 0, 0.5f, 1, 1});
    CHECK_FALSE(clip_percentiles(flat, 1, 99));
    CHECK_FALSE(normalize_z_score(flat));
    CHECK(flat.values == std::vector<float>{0, 0, 0});
    flat.values = {4, 4, 4};
    CHECK_FALSE(normalize_min_max(flat));
    CHECK(flat.values == std::vector<float>{0, 0, 0});
    flat.values = {0, -1, 1};
    CHECK_FALSE(optical_density(flat, 1));
    CHECK(flat.values == std::vector<float>{6, 6, 0});
}

TEST_CASE("histograms are equalized as scikit-image does") {
    for (const std::string of : {"image", "volume"}) {
        CHECK(difference_in_place(of, "equalized", [](auto v) { return equalize_histogram(v); }) < 1e-6);
        CHECK(difference_in_place(of, "equalized16", [](auto v) { return equalize_histogram(v, 16); }) < 1e-6);
        CHECK(difference_in_place(of, "clahe", [](auto v) { return equalize_adaptive(v); }) < 1e-4);
        CHECK(difference_in_place(of, "clahe_wide", [](auto v) {
                  return equalize_adaptive(v, {.tiles = 2, .clip_limit = 0.3, .bins = 32});
              }) < 1e-4);
        CHECK(difference_in_place(of, "clahe_middle", [](auto v) {
                  return equalize_adaptive(v, {.tiles = 3, .clip_limit = 0.08, .bins = 64});
              }) < 1e-4);
    }
    image_block flat({1, 3, 3, 1}, std::vector<float>(9, 4.0f)), pixel({1, 1, 1, 1}, {7});
    CHECK_FALSE(equalize_adaptive(flat));
    CHECK(flat.values == std::vector<float>(9, 0.0f));
    CHECK_FALSE(equalize_adaptive(pixel));
    flat.values.assign(9, 4.0f);
    CHECK_FALSE(equalize_histogram(flat));
    CHECK(flat.values == std::vector<float>(9, 0.5f));  // halfway between the bins below and above it
}

TEST_CASE("settings and images that make no sense are refused by name") {
    image_block image({1, 2, 2, 1}, {0.1f, 0.2f, 0.3f, 0.4f}), wide({1, 2, 2, 2}), to({1, 2, 2, 1});
    const auto refused = [](const error& failed, error_kind kind, const char* text) {
        CHECK(failed.kind() == kind);
        CHECK_MESSAGE(failed.message().find(text) != std::string::npos, failed.message());
    };
    constexpr error_kind invalid = error_kind::invalid_argument;
    refused(mean_filter(image, 4), invalid, "mean_filter: a window of 4, expected an odd number from 1 to 99");
    refused(mean_filter(image, 101), invalid, "a window of 101");
    refused(median_filter(image, to, -1), invalid, "a window of -1");
    refused(median_filter(image, image, 3), invalid, "memory of its own");
    refused(median_filter(image, wide, 3), error_kind::shape_mismatch, "differ in their extents");
    refused(gaussian_filter(image, -1), invalid, "sigma is -1, expected 0 to 100");
    refused(gaussian_filter(image, std::nan("")), invalid, "sigma is nan");
    refused(resize_linear(image, wide), error_kind::shape_mismatch, "resize_linear: 1 channels, the output has 2");
    refused(resize_area(image, image_view({1, 0, 3, 1}, to.values.data())), invalid, "1 x 0 x 3 x 1");
    refused(resize_nearest<float>(const_image_view({1, 1, 1, 1}, nullptr), to), invalid, "without memory");
    refused(clip_percentiles(image, 50, 50), invalid, "expected 0 <= low < high <= 100");
    refused(apply_window(image, 0, 0), invalid, "a width above 0");
    refused(optical_density(image, 0), invalid, "white is 0");
    refused(adjust_gamma(image, 0), invalid, "gamma is 0, expected 0.01 to 100");
    refused(equalize_histogram(image, 1), invalid, "bins is 1, expected 2 to 65536");
    refused(equalize_adaptive(image, {.tiles = 0}), invalid, "tiles is 0");
    refused(equalize_adaptive(image, {.clip_limit = 0}), invalid, "clip_limit is 0");
    refused(equalize_adaptive(image, {.bins = 5000}), invalid, "bins is 5000");
    image.values[2] = -0.5f;
    refused(adjust_gamma(image, 2), invalid, "the value -0.5, expected none below 0");
    image.values[2] = nan;
    const std::vector<float> before = image.values;
    for (const auto& change : {normalize_min_max, normalize_z_score})
        refused(change(image), error_kind::not_finite, "NaN or infinity among the pixels");
    refused(clip_percentiles(image, 1, 99), error_kind::not_finite, "clip_percentiles");
    refused(equalize_adaptive(image), error_kind::not_finite, "equalize_adaptive");
    CHECK(image.values[3] == before[3]);
}

}  // namespace
