// SPDX-License-Identifier: MIT
/// \file
/// The log loss of yes-or-no outputs, for a network that ends without a head.
#pragma once

#include <span>

#include "ctnn/core/config.hpp"
#include "ctnn/train/loss/binary_cross_entropy.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// binary_cross_entropy for a network whose output is the logits; the same numbers, targets and refusals.
struct binary_cross_entropy_with_logits {
    static constexpr loss_head head = loss_head::sigmoid_logits;

    double negative_weight = 1;
    double positive_weight = 1;
    std::span<const double> positive_weights{};

    [[nodiscard]] static constexpr extent labels_per_sample(dims out) {
        return binary_cross_entropy::labels_per_sample(out);
    }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        return with_head().check(expected, samples, out);
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T> expected, extent samples, dims out) const {
        return with_head().normalizer(expected, samples, out);
    }

    template <class T>
    [[nodiscard]] double value(const T* output, target<T> expected, T* gradient, extent samples, dims out,
                               double normalizer) const {
        return with_head().value(output, expected, gradient, samples, out, normalizer);
    }

private:
    [[nodiscard]] constexpr binary_cross_entropy with_head() const {
        return {negative_weight, positive_weight, positive_weights};
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
