// SPDX-License-Identifier: MIT
/// \file
/// Corruptions are what SciPy and scikit-image compute, or have the statistics that they promise; the sweep's table.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "golden.hpp"
#include "small_data.hpp"

namespace {

namespace nn = ctnn;
using image = nn::dataset<nn::shape<7, 9, 2>, double>;

image images() {
    image data;
    data.inputs = golden::array<double>("corruption/images");
    data.labels = {0, 1};
    return data;
}

TEST_CASE("blur, gamma and contrast agree with SciPy and scikit-image, in any range") {
    const auto check = [](const char* name, nn::corruption kind, double strength) {
        INFO(name);
        const auto expected = golden::array<double>(std::string("corruption/") + name);
        image data = images();
        const auto found = nn::corrupted(data, kind, strength);
        for (double& x : data.inputs) x = 4 * x - 2;
        const auto scaled = nn::corrupted(data, kind, strength, {.low = -2, .high = 2});
        REQUIRE((found && scaled));
        for (std::size_t i = 0; i < expected.size(); ++i) {
            CHECK(found->inputs[i] == doctest::Approx(expected[i]).epsilon(1e-12));
            CHECK(scaled->inputs[i] == doctest::Approx(4 * expected[i] - 2).epsilon(1e-12).scale(1));
        }
    };
    check("blur_0.5", nn::corruption::blur, 0.5);
    check("blur_1.5", nn::corruption::blur, 1.5);
    check("blur_3.0", nn::corruption::blur, 3);
    check("gamma_0.5", nn::corruption::gamma, 0.5);
    check("contrast_0.6", nn::corruption::contrast, 0.6);
}

TEST_CASE("noise has its deviation, brightness its step, and both are cut off at the range") {
    nn::dataset<nn::shape<50, 50, 1>> gray;
    gray.inputs.assign(3 * 2500, 0.5F);
    const auto noisy = nn::corrupted(gray, nn::corruption::noise, 0.1);
    REQUIRE(noisy);
    double sum = 0, squares = 0;
    for (const float x : noisy->inputs) {
        sum += static_cast<double>(x) - 0.5;
        squares += (static_cast<double>(x) - 0.5) * (static_cast<double>(x) - 0.5);
    }
    CHECK(std::abs(sum / 7500) < 0.006);  // five deviations of the mean
    CHECK(std::sqrt(squares / 7500) == doctest::Approx(0.1).epsilon(0.05));
    CHECK(noisy->inputs == nn::corrupted(gray, nn::corruption::noise, 0.1)->inputs);
    CHECK(noisy->inputs != nn::corrupted(gray, nn::corruption::noise, 0.1, {.random = nn::seed{1}})->inputs);
    CHECK(nn::corrupted(gray, nn::corruption::brightness, 0.2)->inputs[77] == doctest::Approx(0.7));
    CHECK(nn::corrupted(gray, nn::corruption::brightness, 0.7)->inputs[77] == 1);
}

TEST_CASE("a box hides its share of every side, in volumes and sequences too") {
    const auto hidden = [](auto data, double strength) {
        data.inputs.assign(4 * static_cast<std::size_t>(nn::dims_of<typename decltype(data)::input>.size()), 1.0F);
        const auto found = nn::corrupted(data, nn::corruption::occlusion, strength);
        REQUIRE(found);
        return std::count(found->inputs.begin(), found->inputs.end(), 0.0F);
    };
    CHECK(hidden(nn::dataset<nn::shape<10, 20, 3>>{}, 0.3) == 4 * 3 * 6 * 3);
    CHECK(hidden(nn::dataset<nn::shape<4, 10, 10, 1>>{}, 0.5) == 4 * 2 * 5 * 5);
    CHECK(hidden(nn::dataset<nn::shape<10, 2>>{}, 1) == 4 * 20);
    CHECK(hidden(nn::dataset<nn::shape<10, 20, 3>>{}, 0) == 0);
}

TEST_CASE("a strength of 0 changes nothing; impossible strengths and ranges are refused") {
    const image data = images();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const nn::corruption kind : nn::all_corruptions) {
        INFO(nn::name_of(kind));
        CHECK(nn::corrupted(data, kind, 0)->inputs == data.inputs);
        CHECK_FALSE(nn::corrupted(data, kind, -0.1));
        CHECK_FALSE(nn::corrupted(data, kind, nan));
        CHECK_FALSE(nn::corrupted(data, kind, 0.5, {.low = 1, .high = 1}));
        CHECK_FALSE(nn::corrupted(data, kind, 0.5, {.low = nan}));
        for (nn::extent severity = 1; severity < 5; ++severity)
            CHECK(nn::strength_of(kind, severity) < nn::strength_of(kind, severity + 1));
    }
    CHECK(nn::corrupted(data, nn::corruption::occlusion, 1.5).error().message() ==
          "corrupted: occlusion of strength 1.5, expected a number from 0 to 1");
    CHECK(nn::strength_of(nn::corruption::blur, 9) == nn::strength_of(nn::corruption::blur, 5));
}

TEST_CASE("a sweep evaluates clean data and every severity, and its table has a line for each corruption") {
    using net = nn::network<nn::shape<6, 6, 1>, nn::flatten, nn::dense<3>, nn::softmax>;
    const auto data = small_data::lines(60, 1);
    nn::model<net> m{nn::seed{1}};
    REQUIRE(nn::fit(m, data, nn::cross_entropy{}, nn::adam{.rate = 0.02}, {.epochs = 20}));
    const auto records = nn::corruption_sweep(m, data, nn::cross_entropy{}, {.high = 1.4});
    REQUIRE(records);
    CHECK(records->size() == 31);
    CHECK((*records)[0].accuracy == nn::evaluate(m, data, nn::cross_entropy{}).accuracy);
    const auto& last_noise = (*records)[5];
    CHECK(last_noise.severity == 5);
    const auto noisy = nn::corrupted(data, nn::corruption::noise, 0.26, {.high = 1.4});
    CHECK(last_noise.accuracy == nn::evaluate(m, *noisy, nn::cross_entropy{}).accuracy);
    const std::string table = nn::corruption_table(*records);
    CHECK(table.find("accuracy    clean      1") == 0);
    CHECK(std::count(table.begin(), table.end(), '\n') == 7);
    CHECK(table.find("\nocclusion") != std::string::npos);
    CHECK(nn::corruption_table({}).empty());
    auto wrong = data;
    wrong.labels[0] = 7;
    CHECK_FALSE(nn::corruption_sweep(m, wrong, nn::cross_entropy{}));
}

}  // namespace
