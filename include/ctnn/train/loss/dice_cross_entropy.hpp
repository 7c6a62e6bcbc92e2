// SPDX-License-Identifier: MIT
/// \file
/// Dice loss and cross entropy together: the region as a whole and each of its positions.
#pragma once

#include "ctnn/train/loss/overlap.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// dice_cross_entropy, binary_dice_cross_entropy and both _with_logits, which differ in what the network ends with.
template <loss_head Head>
struct basic_dice_cross_entropy {
    static constexpr loss_head head = Head;

    double dice_weight = 1;
    double cross_entropy_weight = 1;
    std::span<const double> class_weights{};
    double smooth = 1;
    bool squared = false;
    bool background = false;

    [[nodiscard]] static constexpr extent labels_per_sample(dims out) { return losses::overlap_labels(Head, out); }
    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        return losses::check_overlap(rule(), Head, expected, samples, out, "binary_dice_cross_entropy");
    }
    template <class T>
    [[nodiscard]] double normalizer(target<T> expected, extent samples, dims out) const {
        return losses::overlap_samples(Head, expected.labels, samples, out);
    }
    template <class T>
    [[nodiscard]] double value(const T* output, target<T> expected, T* gradient, extent samples, dims out,
                               double normalizer) const {
        return losses::sum_of_overlaps<Head>(rule(), output, expected.labels, gradient, samples, out,
                                             mean_of(1.0, normalizer));
    }

private:
    [[nodiscard]] losses::overlap_rule rule() const {
        return {.name = "dice_cross_entropy",
                .smooth = smooth / 2,
                .squared = squared,
                .background = background,
                .overlap_weight = dice_weight,
                .entropy_weight = cross_entropy_weight,
                .class_weights = class_weights};
    }
};

/// The mean over samples of dice_weight * Dice loss + cross_entropy_weight * cross entropy of the sample, which is the
/// mean over its positions, with class_weights that weighted by those of the labels.
///
///     head       softmax; the loss reads the logits before it
///     target     labels, one class index a position, negative to ignore it; values are not read
///     refuses    fewer than two channels, a target without labels, labels outside the channels, a smooth that is not
///                above 0, weights that are negative or not finite, class_weights that are not one a channel
///     mean       over the samples that have a label; never over sums of the whole batch
///
/// class_weights is one weight a channel, borrowed; none: all weigh 1. The other members are those of dice.
/// Isensee et al., "nnU-Net", Nature Methods 18, 2021, take it for all tasks.
///
///     const auto history = ctnn::fit(model, train, ctnn::dice_cross_entropy{}, ctnn::adam{}, {.epochs = 10});
using dice_cross_entropy = basic_dice_cross_entropy<loss_head::softmax>;
/// dice_cross_entropy for a network whose output is the logits; the same numbers, targets and refusals.
using dice_cross_entropy_with_logits = basic_dice_cross_entropy<loss_head::softmax_logits>;
/// dice_cross_entropy for sigmoid heads: each channel is a structure of its own, with a label 0, 1 or negative
/// [position][channel]; the entropy is a binary one, its mean over all labels. `background` is not read.
using binary_dice_cross_entropy = basic_dice_cross_entropy<loss_head::sigmoid>;
/// binary_dice_cross_entropy for a network whose output is the logits.
using binary_dice_cross_entropy_with_logits = basic_dice_cross_entropy<loss_head::sigmoid_logits>;

}  // namespace CTNN_BACKEND
}  // namespace ctnn
