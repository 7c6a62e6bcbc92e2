// SPDX-License-Identifier: MIT
/// \file
/// The log loss of a choice between classes, for a network that ends without a head.
#pragma once

#include <span>

#include "ctnn/core/config.hpp"
#include "ctnn/train/loss/cross_entropy.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// cross_entropy for a network whose output is the logits; the same numbers, targets and refusals.
struct cross_entropy_with_logits {
    static constexpr loss_head head = loss_head::softmax_logits;

    std::span<const double> class_weights{};

    [[nodiscard]] static constexpr extent labels_per_sample(dims out) { return cross_entropy::labels_per_sample(out); }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        return cross_entropy{class_weights}.check(expected, samples, out);
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T> expected, extent samples, dims out) const {
        return cross_entropy{class_weights}.normalizer(expected, samples, out);
    }

    template <class T>
    [[nodiscard]] double value(const T* output, target<T> expected, T* gradient, extent samples, dims out,
                               double normalizer) const {
        return cross_entropy{class_weights}.value(output, expected, gradient, samples, out, normalizer);
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
