// SPDX-License-Identifier: MIT
/// \file
/// Resizing against values worked out by hand and by PyTorch's formula.
#include <doctest/doctest.h>

#include <cmath>
#include <ctnn/io/resize.hpp>

using namespace ctnn;

namespace {

float_image ramp(extent height, extent width, extent channels) {
    float_image made{height, width, channels, {}};
    for (extent i = 0; i < height * width * channels; ++i)
        made.values.push_back(static_cast<float>((i * 37) % 101) / 100.0f);
    return made;
}

/// One value by the definition, in double.
double bilinear_at(const float_image& from, extent height, extent width, extent y, extent x, extent c) {
    const auto place = [](extent o, extent in, extent out) {
        return std::fmax(0.0,
                         (static_cast<double>(o) + 0.5) * static_cast<double>(in) / static_cast<double>(out) - 0.5);
    };
    const double sy = place(y, from.height, height), sx = place(x, from.width, width);
    const extent y0 = static_cast<extent>(sy), x0 = static_cast<extent>(sx);
    const extent y1 = y0 + 1 < from.height ? y0 + 1 : y0, x1 = x0 + 1 < from.width ? x0 + 1 : x0;
    const double fy = sy - static_cast<double>(y0), fx = sx - static_cast<double>(x0);
    return (1 - fy) *
               ((1 - fx) * static_cast<double>(from.at(y0, x0, c)) + fx * static_cast<double>(from.at(y0, x1, c))) +
           fy * ((1 - fx) * static_cast<double>(from.at(y1, x0, c)) + fx * static_cast<double>(from.at(y1, x1, c)));
}

double mean(const float_image& picture) {
    double sum = 0;
    for (const float v : picture.values) sum += static_cast<double>(v);
    return sum / static_cast<double>(picture.values.size());
}

}  // namespace

TEST_CASE("bilinear resizing follows half-pixel centers") {
    // torch.nn.functional.interpolate of [0, 1] to 4: 0, 0.25, 0.75, 1.
    const float_image two{1, 2, 1, {0, 1}};
    CHECK(resize_bilinear(two, 1, 4).values == std::vector<float>{0, 0.25f, 0.75f, 1});
    const float_image from = ramp(7, 5, 3);
    for (const auto& size : {std::pair<extent, extent>{7, 5}, {14, 10}, {3, 4}, {1, 1}, {9, 2}, {20, 31}}) {
        const float_image to = resize_bilinear(from, size.first, size.second);
        REQUIRE(to.height == size.first);
        for (extent y = 0; y < to.height; ++y)
            for (extent x = 0; x < to.width; ++x)
                for (extent c = 0; c < 3; ++c)
                    CHECK(static_cast<double>(to.at(y, x, c)) ==
                          doctest::Approx(bilinear_at(from, to.height, to.width, y, x, c)).epsilon(1e-5));
    }
}

TEST_CASE("area resizing averages, keeps the mean and equals pooling at whole factors") {
    const float_image from = ramp(6, 9, 2);
    const float_image to = resize_area(from, 3, 3);
    for (extent c = 0; c < 2; ++c) {
        double sum = 0;
        for (extent y = 2; y < 4; ++y)
            for (extent x = 3; x < 6; ++x) sum += static_cast<double>(from.at(y, x, c));
        CHECK(static_cast<double>(to.at(1, 1, c)) == doctest::Approx(sum / 6).epsilon(1e-5));
    }
    for (const auto& size : {std::pair<extent, extent>{4, 7}, {1, 1}, {5, 2}, {6, 9}})
        CHECK(mean(resize_area(from, size.first, size.second)) == doctest::Approx(mean(from)).epsilon(1e-5));
    // Two thirds of a pixel belong to the first, one third to the second.
    const float_image three{1, 3, 1, {0, 3, 6}};
    const std::vector<float> halves = resize_area(three, 1, 2).values;
    CHECK(static_cast<double>(halves[0]) == doctest::Approx(1.0));
    CHECK(static_cast<double>(halves[1]) == doctest::Approx(5.0));
}

TEST_CASE("resize_image shrinks by area and grows bilinearly") {
    const float_image from = ramp(8, 8, 1);
    CHECK(resize_image(from, 4, 4).values == resize_area(from, 4, 4).values);
    CHECK(resize_image(from, 16, 16).values == resize_bilinear(from, 16, 16).values);
    CHECK(resize_image(from, 16, 4).values == resize_bilinear(resize_area(from, 8, 4), 16, 4).values);
    CHECK(resize_image(from, 8, 8).values == from.values);
}
