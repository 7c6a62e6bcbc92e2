// SPDX-License-Identifier: MIT
/// \file
/// The share of samples that were predicted right.
#pragma once

#include "ctnn/train/metric/average.hpp"
#include "ctnn/train/metric/confusion_matrix.hpp"

namespace ctnn {

/// The share of samples that were predicted right; 0 without samples.
[[nodiscard]] inline double accuracy(const confusion_matrix& matrix) { return ratio(matrix.correct(), matrix.total()); }

}  // namespace ctnn
