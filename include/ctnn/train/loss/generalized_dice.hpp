// SPDX-License-Identifier: MIT
/// \file
/// The Dice loss of all structures together, in which the small ones weigh more.
#pragma once

#include "ctnn/train/loss/overlap.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// generalized_dice, binary_generalized_dice and both _with_logits, which differ in what the network ends with.
template <loss_head Head>
struct basic_generalized_dice {
    static constexpr loss_head head = Head;

    double smooth = 1;
    bool squared = false;
    bool background = false;

    [[nodiscard]] static constexpr extent labels_per_sample(dims out) { return losses::overlap_labels(Head, out); }
    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        return losses::check_overlap(rule(), Head, expected, samples, out, "binary_generalized_dice");
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
        return {.name = "generalized_dice",
                .smooth = smooth,
                .squared = squared,
                .generalized = true,
                .background = background};
    }
};

/// Generalized Dice loss: the mean over samples of
/// 1 - (2 sum w sum p g + smooth) / (sum w (sum p + sum g) + smooth), the outer sums over structures, the inner ones
/// over the positions of one sample. The weight w of a structure is 1 / (sum g)^2, that of one which is absent the
/// largest of the others; they are scaled to add up to 1.
///
///     head       softmax; the loss reads the logits before it
///     target     labels, one class index a position, negative to ignore it; values are not read
///     refuses    fewer than two channels, a target without labels, labels outside the channels, a smooth that is not
///                above 0
///     mean       over the samples that have a label; never over sums of the whole batch
///
/// `squared` adds up p^2 instead of p. Channel 0 is no structure unless `background` says so.
/// Sudre et al., "Generalised Dice overlap as a deep learning loss function for highly unbalanced segmentations", 2017.
///
///     const auto history = ctnn::fit(model, train, ctnn::generalized_dice{}, ctnn::adam{}, {.epochs = 10});
using generalized_dice = basic_generalized_dice<loss_head::softmax>;
/// generalized_dice for a network whose output is the logits; the same numbers, targets and refusals.
using generalized_dice_with_logits = basic_generalized_dice<loss_head::softmax_logits>;
/// generalized_dice for sigmoid heads: each channel is a structure of its own, with a label 0, 1 or negative
/// [position][channel]; `background` is not read.
using binary_generalized_dice = basic_generalized_dice<loss_head::sigmoid>;
/// binary_generalized_dice for a network whose output is the logits.
using binary_generalized_dice_with_logits = basic_generalized_dice<loss_head::sigmoid_logits>;

}  // namespace CTNN_BACKEND
}  // namespace ctnn
