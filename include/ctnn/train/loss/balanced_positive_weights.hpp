// SPDX-License-Identifier: MIT
/// \file
/// Weights that make rare findings count as much as their absence.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ctnn/core/shape.hpp"

namespace ctnn {

/// One weight a channel, negatives / positives, so that both answers of a channel have the same share of the loss.
///
///     takes      labels [count][channels], 0 or 1; others are not counted
///     gives      a weight a channel; 1 for a channel without a positive or without a negative
///
/// As the page of PyTorch's BCEWithLogitsLoss recommends for pos_weight.
///
///     const auto weights = ctnn::balanced_positive_weights(labels, samples, 14);
///     const ctnn::binary_cross_entropy loss{.positive_weights = weights};
[[nodiscard]] inline std::vector<double> balanced_positive_weights(const std::int32_t* labels, extent count,
                                                                   extent channels) {
    std::vector<double> weights(static_cast<std::size_t>(channels));
    for (extent c = 0; c < channels; ++c) {
        extent counts[2]{};
        for (extent i = 0; i < count; ++i) {
            const std::int32_t label = labels[i * channels + c];
            if (label == 0 || label == 1) ++counts[label];
        }
        weights[static_cast<std::size_t>(c)] =
            counts[0] > 0 && counts[1] > 0 ? static_cast<double>(counts[0]) / static_cast<double>(counts[1]) : 1.0;
    }
    return weights;
}

}  // namespace ctnn
