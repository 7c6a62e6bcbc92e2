// SPDX-License-Identifier: MIT
/// \file
/// Class weights that make rare classes count as much as common ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ctnn/core/shape.hpp"

namespace ctnn {

/// One weight a class, samples / (classes * samples of the class), so that every class has the same share of the loss.
///
///     takes      labels [count]; those outside [0, classes) are not counted
///     gives      a weight a class; 0 for a class without samples
///
/// As scikit-learn's class_weight="balanced".
///
///     const auto weights = ctnn::balanced_class_weights(labels, samples, 4);
///     const ctnn::cross_entropy loss{.class_weights = weights};
[[nodiscard]] inline std::vector<double> balanced_class_weights(const std::int32_t* labels, extent count,
                                                                extent classes) {
    std::vector<double> weights(static_cast<std::size_t>(classes));
    double samples = 0;
    for (extent i = 0; i < count; ++i) {
        if (labels[i] < 0 || labels[i] >= classes) continue;
        weights[static_cast<std::size_t>(labels[i])] += 1;
        samples += 1;
    }
    for (double& weight : weights) {
        if (weight > 0) weight = samples / (static_cast<double>(classes) * weight);
    }
    return weights;
}

}  // namespace ctnn
