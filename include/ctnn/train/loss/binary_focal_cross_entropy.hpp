// SPDX-License-Identifier: MIT
/// \file
/// Binary cross entropy that counts the more the worse an output is recognized.
#pragma once

#include <cmath>

#include "ctnn/core/config.hpp"
#include "ctnn/train/loss/check.hpp"
#include "ctnn/train/loss/logistic.hpp"
#include "ctnn/train/loss/loss.hpp"
#include "ctnn/train/loss/sum.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// binary_focal_cross_entropy and binary_focal_cross_entropy_with_logits, which differ in what the network ends with.
template <loss_head Head>
struct basic_binary_focal_cross_entropy {
    static constexpr loss_head head = Head;

    double gamma = 2;
    double negative_weight = 1;
    double positive_weight = 1;

    [[nodiscard]] static constexpr extent labels_per_sample(dims out) { return out.size(); }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        constexpr const char* name = "binary_focal_cross_entropy";
        if (error failed = detail::check_weight(name, "gamma", gamma)) return failed;
        if (error failed = detail::check_weight(name, "negative_weight", negative_weight)) return failed;
        if (error failed = detail::check_weight(name, "positive_weight", positive_weight)) return failed;
        return detail::check_has_labels(name, expected, samples, out.size(), 2);
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T> expected, extent samples, dims out) const {
        return detail::count_of_labels(expected.labels, samples * out.size(), 2);
    }

    template <class T>
    [[nodiscard]] double value(const T* output, target<T> expected, T* gradient, extent samples, dims out,
                               double normalizer) const {
        const double scale = mean_of(1.0, normalizer);
        return losses::sum_of_samples(samples, out.size(), [&](extent i) {
            const std::int32_t label = expected.labels[i];
            if (label != 0 && label != 1) {
                if (gradient != nullptr) gradient[i] = T{0};
                return 0.0;
            }
            // p is the probability of the truth, q = 1 - p, and the slope towards the truth
            // gamma p q^gamma ln p - q^(gamma + 1).
            const losses::logistic at(output[i]);
            const double p = label == 1 ? at.yes : at.no, q = label == 1 ? at.no : at.yes;
            const double miss = label == 1 ? at.miss_yes : at.miss_no;
            const double factor = (label == 1 ? positive_weight : negative_weight) * std::pow(q, gamma);
            const double slope = -factor * (gamma * p * miss + q) * scale;
            if (gradient != nullptr) gradient[i] = static_cast<T>(label == 1 ? slope : -slope);
            return factor * miss;
        });
    }
};

/// Binary focal loss: the mean over all output elements of -weight * (1 - p)^gamma * log p, p the probability that the
/// output gives to the truth, so that what is recognized already counts little. A gamma of 0 is binary_cross_entropy.
///
///     head       sigmoid; the loss reads the logits before it, so it stays finite where a probability rounds to 0
///     target     labels, one an output element: 0, 1, or negative to ignore it; values are not read
///     refuses    a target without labels, other labels, a gamma or weights that are negative or not finite
///     mean       over the elements that are not ignored, each counted once whatever its weight
///
/// The paper's alpha is positive_weight = alpha, negative_weight = 1 - alpha; it takes 0.25.
/// Lin et al., "Focal loss for dense object detection", ICCV 2017; as torchvision's sigmoid_focal_loss with its mean:
/// https://pytorch.org/vision/stable/generated/torchvision.ops.sigmoid_focal_loss.html
///
///     const auto history = ctnn::fit(model, train, ctnn::binary_focal_cross_entropy{}, ctnn::adam{}, {.epochs = 10});
using binary_focal_cross_entropy = basic_binary_focal_cross_entropy<loss_head::sigmoid>;

/// binary_focal_cross_entropy for a network whose output is the logits; the same numbers, targets and refusals.
using binary_focal_cross_entropy_with_logits = basic_binary_focal_cross_entropy<loss_head::sigmoid_logits>;

}  // namespace CTNN_BACKEND
}  // namespace ctnn
