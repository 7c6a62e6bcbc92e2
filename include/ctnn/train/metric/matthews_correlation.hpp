// SPDX-License-Identifier: MIT
/// \file
/// Matthews' correlation coefficient.
#pragma once

#include <cmath>

#include "ctnn/train/metric/confusion_matrix.hpp"

namespace ctnn {

/// Matthews' correlation coefficient: the correlation of truth and prediction, -1 to 1, for two or more classes.
///
///     gives      0 where truth or prediction is one class alone, which correlates with nothing
///
/// As scikit-learn's matthews_corrcoef; Gorodkin, "Comparing two K-category assignments by a K-category correlation
/// coefficient", 2004: https://scikit-learn.org/stable/modules/generated/sklearn.metrics.matthews_corrcoef.html
[[nodiscard]] inline double matthews_correlation(const confusion_matrix& matrix) {
    const double total = static_cast<double>(matrix.total());
    double together = static_cast<double>(matrix.correct()) * total, truth = total * total, predicted = truth;
    for (extent c = 0; c < matrix.classes(); ++c) {
        const double support = static_cast<double>(matrix.support(c));
        const double predictions = static_cast<double>(matrix.predictions(c));
        together -= support * predictions;
        truth -= support * support;
        predicted -= predictions * predictions;
    }
    if (!(truth > 0) || !(predicted > 0)) return 0;
    return together / (std::sqrt(truth) * std::sqrt(predicted));
}

}  // namespace ctnn
