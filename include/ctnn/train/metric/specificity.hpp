// SPDX-License-Identifier: MIT
/// \file
/// How much of what is not a class is left alone.
#pragma once

#include "ctnn/core/shape.hpp"
#include "ctnn/train/metric/average.hpp"
#include "ctnn/train/metric/confusion_matrix.hpp"

namespace ctnn {

namespace detail {
[[nodiscard]] inline fraction specificity_fraction(const confusion_matrix& matrix, extent c) {
    return {matrix.total() - matrix.support(c) - matrix.predictions(c) + matrix(c, c),
            matrix.total() - matrix.support(c)};
}
}  // namespace detail

/// The share of the samples of other classes that are not taken for class c; 0 when there are none.
///
/// \pre c is in [0, matrix.classes())
[[nodiscard]] inline double specificity(const confusion_matrix& matrix, extent c) {
    return detail::specificity_fraction(matrix, c).value();
}

/// The same for all classes together.
[[nodiscard]] inline double specificity(const confusion_matrix& matrix, average how) {
    return detail::averaged(matrix, how, detail::specificity_fraction);
}

}  // namespace ctnn
