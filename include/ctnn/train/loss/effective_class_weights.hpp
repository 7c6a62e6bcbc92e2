// SPDX-License-Identifier: MIT
/// \file
/// Class weights by the effective number of samples.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "ctnn/core/shape.hpp"

namespace ctnn {

/// One weight a class, in proportion to (1 - beta) / (1 - beta^n) for a class of n samples: the more samples a class
/// has, the less a further one adds. beta 0 weighs all classes alike, beta near 1 as balanced_class_weights() does.
///
///     takes      labels [count]; those outside [0, classes) are not counted; beta in [0, 1), which stands for a class
///                that is covered by 1 / (1 - beta) samples
///     gives      a weight a class, together as many as there are classes with samples; 0 for a class without
///
/// Cui et al., "Class-balanced loss based on effective number of samples", CVPR 2019.
///
///     const auto weights = ctnn::effective_class_weights(labels, samples, 4, 0.999);
///     const ctnn::cross_entropy loss{.class_weights = weights};
[[nodiscard, gnu::cold]] inline std::vector<double> effective_class_weights(const std::int32_t* labels, extent count,
                                                                            extent classes, double beta) {
    std::vector<double> weights(static_cast<std::size_t>(classes));
    for (extent i = 0; i < count; ++i)
        if (labels[i] >= 0 && labels[i] < classes) weights[static_cast<std::size_t>(labels[i])] += 1;
    double sum = 0, present = 0;
    for (double& weight : weights) {
        if (!(weight > 0)) continue;
        weight = (1 - beta) / (1 - std::pow(beta, weight));
        sum += weight;
        present += 1;
    }
    for (double& weight : weights) weight *= sum > 0 ? present / sum : 0;
    return weights;
}

}  // namespace ctnn
