// SPDX-License-Identifier: MIT
/// \file
/// How far a prediction of a class can be trusted.
#pragma once

#include "ctnn/core/shape.hpp"
#include "ctnn/train/metric/average.hpp"
#include "ctnn/train/metric/confusion_matrix.hpp"

namespace ctnn {

namespace detail {
[[nodiscard]] inline fraction precision_fraction(const confusion_matrix& matrix, extent c) {
    return {matrix(c, c), matrix.predictions(c)};
}
}  // namespace detail

/// The share of the predictions of class c that are right; 0 when it is never predicted.
///
/// \pre c is in [0, matrix.classes())
[[nodiscard]] inline double precision(const confusion_matrix& matrix, extent c) {
    return detail::precision_fraction(matrix, c).value();
}

/// The same for all classes together.
[[nodiscard]] inline double precision(const confusion_matrix& matrix, average how) {
    return detail::averaged(matrix, how, detail::precision_fraction);
}

}  // namespace ctnn
