// SPDX-License-Identifier: MIT
/// \file
/// Agreement beyond chance.
#pragma once

#include <cstdint>
#include <limits>

#include "ctnn/train/metric/confusion_matrix.hpp"

namespace ctnn {

/// How much a disagreement between two classes weighs.
enum class kappa_weights : unsigned char {
    unweighted,          ///< 1, whichever the classes
    by_distance,         ///< the distance of the classes
    by_squared_distance  ///< its square: the usual choice for grades
};

/// Cohen's kappa: 1 - the disagreement over that which chance would give with the same frequencies. 1 is agreement, 0
/// chance.
///
///     gives      NaN where chance cannot disagree either: nothing counted, or one class alone on both sides
///
/// As scikit-learn's cohen_kappa_score with labels=range(classes); Cohen, "Weighted kappa", Psychological Bulletin 70,
/// 1968: https://scikit-learn.org/stable/modules/generated/sklearn.metrics.cohen_kappa_score.html
[[nodiscard]] inline double cohen_kappa(const confusion_matrix& matrix,
                                        kappa_weights weights = kappa_weights::unweighted) {
    double found = 0, by_chance = 0;
    for (extent t = 0; t < matrix.classes(); ++t) {
        const double support = static_cast<double>(matrix.support(t));
        for (extent p = 0; p < matrix.classes(); ++p) {
            if (t == p) continue;
            const double distance = static_cast<double>(t > p ? t - p : p - t);
            const double weight = weights == kappa_weights::unweighted    ? 1.0
                                  : weights == kappa_weights::by_distance ? distance
                                                                          : distance * distance;
            found += weight * static_cast<double>(matrix(t, p));
            by_chance += weight * support * static_cast<double>(matrix.predictions(p));
        }
    }
    if (!(by_chance > 0)) return std::numeric_limits<double>::quiet_NaN();
    return 1.0 - found * static_cast<double>(matrix.total()) / by_chance;
}

}  // namespace ctnn
