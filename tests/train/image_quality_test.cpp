// SPDX-License-Identifier: MIT
/// \file
/// Signal-to-noise ratio and structural similarity against scikit-image.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "ctnn/train/metric/peak_signal_to_noise.hpp"
#include "ctnn/train/metric/structural_similarity.hpp"
#include "golden.hpp"

TEST_CASE("signal to noise and structural similarity are those of scikit-image") {
    const auto compare = [](const std::string& name, const ctnn::dims& of, double range) {
        INFO(name);
        const auto pair = golden::array<double>("quality/" + name);
        const auto wanted = golden::array<double>("quality/" + name + ".scores");
        REQUIRE(static_cast<ctnn::extent>(pair.size()) == 2 * of.size());
        const double* truth = pair.data() + of.size();
        CHECK(ctnn::peak_signal_to_noise(pair.data(), truth, of.size(), range) ==
              doctest::Approx(wanted[0]).epsilon(1e-13));
        const auto similarity = ctnn::structural_similarity(pair.data(), truth, of, range);
        REQUIRE(similarity);
        CHECK(*similarity == doctest::Approx(wanted[1]).epsilon(1e-11));
        CHECK(*ctnn::structural_similarity(truth, truth, of, range) == doctest::Approx(1).epsilon(1e-14));
    };
    compare("gray", ctnn::make_dims(17, 23, 1), 1);
    compare("color", ctnn::make_dims(14, 11, 3), 255);
    compare("volume", ctnn::make_dims(12, 13, 11, 1), 2);
}

TEST_CASE("equal images have no noise, and small ones no structure") {
    const std::vector<float> one(40, 0.5f), other(40, 0.25f);
    CHECK(std::isinf(ctnn::peak_signal_to_noise(one.data(), one.data(), 40)));
    CHECK(ctnn::peak_signal_to_noise(one.data(), other.data(), 40) == doctest::Approx(10 * std::log10(16)));
    CHECK(ctnn::structural_similarity(one.data(), other.data(), ctnn::make_dims(4, 10, 1)).error().message() ==
          "structural_similarity: an axis of 4 pixels, expected at least 11, the side of its window");
    CHECK(ctnn::structural_similarity(one.data(), other.data(), ctnn::make_dims(1, 1, 3)).error().message() ==
          "structural_similarity: one pixel has no structure");
}
