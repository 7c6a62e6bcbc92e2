// SPDX-License-Identifier: MIT
/// \file
/// Which threshold to take: by a specificity or sensitivity that must be kept, by Youden's index, by cost.
#pragma once

#include "ctnn/train/metric/ranking.hpp"

namespace ctnn {
namespace detail {

/// The point for which better(point) is largest: of equals the one with the highest threshold. \pre has_both()
template <class Better>
[[nodiscard]] operating_point best_point(const ranking& ranked, const Better& better) {
    operating_point best = ranked.none_taken();
    for (const operating_point& point : ranked.points)
        if (better(point) > better(best)) best = point;
    return best;
}

}  // namespace detail

/// The point of the highest sensitivity among those whose specificity is at least `specificity`; of equals the one with
/// the highest threshold. Where no score allows it, the threshold is infinity and the sensitivity 0.
///
///     gives      a point whose rates are NaN where positives or negatives are missing
[[nodiscard]] inline operating_point at_specificity(const ranking& ranked, double specificity) {
    if (!ranked.has_both()) return {};
    return detail::best_point(ranked, [&](const operating_point& p) {
        return p.specificity() >= specificity ? p.true_positives : std::int64_t{-1};
    });
}

/// The point of the highest specificity among those whose sensitivity is at least `sensitivity`.
///
///     gives      a point whose rates are NaN where positives or negatives are missing
[[nodiscard]] inline operating_point at_sensitivity(const ranking& ranked, double sensitivity) {
    if (!ranked.has_both()) return {};
    for (const operating_point& point : ranked.points)
        if (point.sensitivity() >= sensitivity) return point;  // the first: false positives only grow from here
    return ranked.points.back();
}

/// The point of the largest sensitivity + specificity - 1, which is the largest height above the diagonal of the ROC
/// curve; of equals the one with the highest threshold. Youden, "Index for rating diagnostic tests", Cancer 3, 1950.
///
///     gives      a point whose rates are NaN where positives or negatives are missing
[[nodiscard]] inline operating_point youden_point(const ranking& ranked) {
    if (!ranked.has_both()) return {};
    return detail::best_point(ranked, [&](const operating_point& p) {
        // Both shares over one denominator, so that equals are equal.
        return p.true_positives * ranked.negatives - p.false_positives * ranked.positives;
    });
}

/// The point of the lowest cost: missed * cost_of_miss + false positives * cost_of_alarm, with classes as frequent as
/// they are here; of equals the one with the highest threshold.
///
///     takes      costs that are finite and at least 0
///     gives      a point whose rates are NaN where positives or negatives are missing
[[nodiscard]] inline operating_point cheapest_point(const ranking& ranked, double cost_of_miss, double cost_of_alarm) {
    if (!ranked.has_both()) return {};
    return detail::best_point(ranked, [&](const operating_point& p) {
        return cost_of_miss * static_cast<double>(p.true_positives) -
               cost_of_alarm * static_cast<double>(p.false_positives);
    });
}

}  // namespace ctnn
