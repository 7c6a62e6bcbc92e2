// SPDX-License-Identifier: MIT
/// \file
/// The ROC curve.
#pragma once

#include "ctnn/train/metric/curve_points.hpp"
#include "ctnn/train/metric/ranking.hpp"

namespace ctnn {

/// The ROC curve: x the false positive rate, y the sensitivity, from (0, 0) at threshold infinity to (1, 1) at the
/// lowest score. Empty where positives or negatives are missing. Its area_under is roc_auc.
///
/// As scikit-learn's roc_curve with drop_intermediate=False:
/// https://scikit-learn.org/stable/modules/generated/sklearn.metrics.roc_curve.html
[[nodiscard]] inline curve_points roc_curve(const ranking& ranked) {
    curve_points curve;
    if (!ranked.has_both()) return curve;
    const auto add = [&](const operating_point& point) {
        curve.x.push_back(point.false_positive_rate());
        curve.y.push_back(point.sensitivity());
        curve.thresholds.push_back(point.threshold);
    };
    add(ranked.none_taken());
    for (const operating_point& point : ranked.points) add(point);
    return curve;
}

}  // namespace ctnn
