// SPDX-License-Identifier: MIT
/// \file
/// The harmonic mean of precision and recall.
#pragma once

#include "ctnn/core/shape.hpp"
#include "ctnn/train/metric/average.hpp"
#include "ctnn/train/metric/confusion_matrix.hpp"

namespace ctnn {

namespace detail {
[[nodiscard]] inline fraction f1_score_fraction(const confusion_matrix& matrix, extent c) {
    return {2 * matrix(c, c), matrix.predictions(c) + matrix.support(c)};
}
}  // namespace detail

/// 2 * precision * recall / (precision + recall) of class c; 0 when it is neither predicted nor has samples.
/// Computed from the counts with one rounding, as scikit-learn does since 1.3; before, 0.625 came out above itself.
///
/// \pre c is in [0, matrix.classes())
[[nodiscard]] inline double f1_score(const confusion_matrix& matrix, extent c) {
    return detail::f1_score_fraction(matrix, c).value();
}

/// The same for all classes together.
[[nodiscard]] inline double f1_score(const confusion_matrix& matrix, average how) {
    return detail::averaged(matrix, how, detail::f1_score_fraction);
}

}  // namespace ctnn
