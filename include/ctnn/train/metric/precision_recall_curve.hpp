// SPDX-License-Identifier: MIT
/// \file
/// The precision-recall curve and the average precision.
#pragma once

#include "ctnn/train/metric/curve_points.hpp"
#include "ctnn/train/metric/ranking.hpp"

namespace ctnn {

/// The precision-recall curve: x the recall, y the precision, from (0, 1) at threshold infinity on. Empty without
/// positives; without negatives the precision is 1 everywhere.
///
/// As scikit-learn's precision_recall_curve from its end to its start:
/// https://scikit-learn.org/stable/modules/generated/sklearn.metrics.precision_recall_curve.html
[[nodiscard]] inline curve_points precision_recall_curve(const ranking& ranked) {
    if (!ranked.ranked || ranked.positives == 0) return {};
    curve_points curve{{0.0}, {1.0}, {ranked.none_taken().threshold}};
    for (const operating_point& point : ranked.points) {
        curve.x.push_back(point.sensitivity());
        curve.y.push_back(point.precision());
        curve.thresholds.push_back(point.threshold);
    }
    return curve;
}

/// Average precision: the sum of the steps of the recall times the precision after each, which unlike area_under of the
/// curve does not draw lines through points that no threshold reaches. NaN without positives, 1 without negatives.
///
/// As scikit-learn's average_precision_score, which gives 0 without positives:
/// https://scikit-learn.org/stable/modules/generated/sklearn.metrics.average_precision_score.html
[[nodiscard]] inline double average_precision(const ranking& ranked) {
    if (!ranked.ranked || ranked.positives == 0) return std::numeric_limits<double>::quiet_NaN();
    double sum = 0, recall = 0;
    for (const operating_point& point : ranked.points) {
        sum += (point.sensitivity() - recall) * point.precision();
        recall = point.sensitivity();
    }
    return sum;
}

}  // namespace ctnn
