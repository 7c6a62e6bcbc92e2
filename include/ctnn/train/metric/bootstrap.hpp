// SPDX-License-Identifier: MIT
/// \file
/// How much a figure would change with other samples of the same kind.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ctnn/core/order.hpp"
#include "ctnn/core/random.hpp"
#include "ctnn/train/metric/interval.hpp"

namespace ctnn {

/// How bootstrap_interval() draws.
struct bootstrap_options {
    extent rounds = 2000;
    double confidence = 0.95;
    seed random{};
};

namespace detail {

/// The quantile between sorted numbers, as NumPy's default. \pre values is not empty, 0 <= share <= 1
[[nodiscard]] inline double quantile_of_sorted(std::span<const double> values, double share) {
    const double place = share * static_cast<double>(values.size() - 1);
    const std::size_t below = static_cast<std::size_t>(place), above = std::min(below + 1, values.size() - 1);
    return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

}  // namespace detail

/// The percentile interval of a figure: it is computed from `count` units drawn with replacement, again and again.
/// Units are what is independent of each other: samples, or patients where a patient has several.
///
///     takes      statistic(std::span<const extent> units) -> double, the figure of the units with these indices, of
///                which some occur twice; NaN where it has no answer, as roc_auc of one class has none
///     gives      the estimate from each unit once, and the bounds; rounds that gave NaN are left out. All NaN without
///                units; bounds NaN when no round has an answer
///     costs      rounds calls of the statistic
///
/// The same seed gives the same rounds. Efron and Tibshirani, "An introduction to the bootstrap", 1993, chapter 13.
///
///     const auto auc = ctnn::bootstrap_interval(samples, [&](std::span<const ctnn::extent> units) { ... });
template <class Statistic>
[[nodiscard]] interval bootstrap_interval(extent count, const Statistic& statistic,
                                          const bootstrap_options& options = {}) {
    if (count < 1) return {};
    std::vector<extent> units(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < units.size(); ++i) units[i] = static_cast<extent>(i);
    interval result;
    result.estimate = statistic(std::span<const extent>(units));
    std::vector<double> found;
    for (extent round = 0; round < options.rounds; ++round) {
        constexpr std::uint64_t of_bootstrap = std::uint64_t{3} << 61;  // apart from the streams of training
        random_stream random(options.random, of_bootstrap + static_cast<std::uint64_t>(round));
        for (extent& unit : units) unit = random.next_below(count);
        const double value = statistic(std::span<const extent>(units));
        if (!std::isnan(value)) found.push_back(value);
    }
    if (found.empty()) return result;
    const std::vector<extent> order = detail::sorted_places(found, [](double a, double b) { return a < b; });
    std::vector<double> sorted;
    for (const extent i : order) sorted.push_back(found[static_cast<std::size_t>(i)]);
    const double outside = std::clamp(0.5 * (1 - options.confidence), 0.0, 0.5);
    result.low = detail::quantile_of_sorted(sorted, outside);
    result.high = detail::quantile_of_sorted(sorted, 1 - outside);
    return result;
}

}  // namespace ctnn
