// SPDX-License-Identifier: MIT
/// \file
/// What the tests of losses share: finite differences, slices, golden cases of one batch, targets that are refused.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "ctnn/core/random.hpp"
#include "ctnn/train/loss/loss.hpp"
#include "golden.hpp"

namespace loss_checks {

using ctnn::dims;
using ctnn::extent;
using ctnn::target;

inline std::vector<double> uniform(extent count, std::uint64_t stream, double low, double high) {
    ctnn::random_stream random(ctnn::seed{5}, stream);
    std::vector<double> values;
    for (extent i = 0; i < count; ++i) values.push_back(low + (high - low) * random.next_uniform());
    return values;
}

/// Labels from `low` (negative: ignored) to below `high`.
inline std::vector<std::int32_t> labels_between(extent count, std::uint64_t stream, std::int32_t low,
                                                std::int32_t high) {
    ctnn::random_stream random(ctnn::seed{6}, stream);
    std::vector<std::int32_t> labels;
    for (extent i = 0; i < count; ++i) labels.push_back(low + static_cast<std::int32_t>(random.next_below(high - low)));
    return labels;
}

/// The gradient against central differences of the mean loss, in double.
template <class Loss>
void check_gradient(const Loss& loss, std::vector<double> output, target<double> truth, extent samples, dims out) {
    constexpr double step = 1e-6;
    REQUIRE_FALSE(loss.check(truth, samples, out));
    std::vector<double> gradient(output.size()), unused;
    (void)ctnn::mean_loss(loss, output.data(), truth, gradient.data(), samples, out);
    double largest = 0;
    for (std::size_t i = 0; i < output.size(); ++i) {
        const double at = output[i];
        output[i] = at + step;
        const double above = ctnn::mean_loss(loss, output.data(), truth, static_cast<double*>(nullptr), samples, out);
        output[i] = at - step;
        const double below = ctnn::mean_loss(loss, output.data(), truth, static_cast<double*>(nullptr), samples, out);
        output[i] = at;
        const double slope = (above - below) / (2 * step);
        CHECK(std::abs(gradient[i] - slope) <= 1e-5 + 1e-3 * std::abs(slope));
        largest = std::max(largest, std::abs(gradient[i]));
    }
    CHECK(largest > 1e-3);
}

/// A batch in slices of `slice` samples: gradients have the same bits, the values of single samples add up to the same.
template <class T, class Loss>
void check_slices(const Loss& loss, const std::vector<T>& output, target<T> truth, extent samples, dims out) {
    const double normalizer = loss.normalizer(truth, samples, out);
    std::vector<T> whole(output.size());
    const double sum = loss.value(output.data(), truth, whole.data(), samples, out, normalizer);
    for (const extent slice : {extent{1}, extent{3}}) {
        std::vector<T> parts(output.size(), T{-7});
        double parts_sum = 0, parts_normalizer = 0;
        for (extent first = 0; first < samples; first += slice) {
            const extent count = std::min(slice, samples - first);
            const target<T> part = ctnn::from_sample<Loss>(truth, first, out);
            const extent offset = first * out.size();
            parts_normalizer += loss.normalizer(part, count, out);
            parts_sum += loss.value(output.data() + offset, part, parts.data() + offset, count, out, normalizer);
        }
        CHECK(parts == whole);
        CHECK(parts_normalizer == doctest::Approx(normalizer).epsilon(1e-14));
        if (slice == 1)
            CHECK(parts_sum == sum);
        else
            CHECK(parts_sum == doctest::Approx(sum).epsilon(1e-14));
    }
}

/// Value and gradient of golden case `name` of tests/golden/losses.py in the scalar T, also in the output's memory.
template <class T, class Loss>
void compare_with_golden(const Loss& loss, const std::string& name, target<T> truth, extent samples, dims out,
                         double tolerance, const std::string& output_name = "losses/output") {
    INFO(name);
    const auto output = golden::cast<T>(golden::array<double>(output_name));
    const auto wanted = golden::array<double>("losses/" + name);
    REQUIRE(output.size() == static_cast<std::size_t>(samples * out.size()));
    REQUIRE(wanted.size() == output.size() + 1);
    CHECK_FALSE(loss.check(truth, samples, out));
    std::vector<T> gradient(output.size(), T{99});
    const double value = ctnn::mean_loss(loss, output.data(), truth, gradient.data(), samples, out);
    CHECK(std::abs(value - wanted[0]) <= tolerance * (1 + std::abs(wanted[0])));
    double worst = 0;
    for (std::size_t i = 0; i < output.size(); ++i)
        worst = std::max(worst, std::abs(static_cast<double>(gradient[i]) - wanted[i + 1]));
    CHECK(worst <= tolerance);
    CHECK(ctnn::mean_loss(loss, output.data(), truth, static_cast<T*>(nullptr), samples, out) == value);
    std::vector<T> in_place = output;
    CHECK(ctnn::mean_loss(loss, in_place.data(), truth, in_place.data(), samples, out) == value);
    CHECK(in_place == gradient);
}

}  // namespace loss_checks
