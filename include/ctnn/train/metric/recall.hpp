// SPDX-License-Identifier: MIT
/// \file
/// How much of a class is found.
#pragma once

#include "ctnn/core/shape.hpp"
#include "ctnn/train/metric/average.hpp"
#include "ctnn/train/metric/confusion_matrix.hpp"

namespace ctnn {

namespace detail {
[[nodiscard]] inline fraction recall_fraction(const confusion_matrix& matrix, extent c) {
    return {matrix(c, c), matrix.support(c)};
}
}  // namespace detail

/// The share of the samples of class c that are found (sensitivity); 0 when it has none.
///
/// \pre c is in [0, matrix.classes())
[[nodiscard]] inline double recall(const confusion_matrix& matrix, extent c) {
    return detail::recall_fraction(matrix, c).value();
}

/// The same for all classes together.
[[nodiscard]] inline double recall(const confusion_matrix& matrix, average how) {
    return detail::averaged(matrix, how, detail::recall_fraction);
}

}  // namespace ctnn
