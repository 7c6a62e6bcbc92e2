// SPDX-License-Identifier: MIT
/// \file
/// The loss that grows as a predicted and a true region come apart, however small they are beside the image.
#pragma once

#include "ctnn/train/loss/overlap.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// dice, binary_dice and both _with_logits, which differ in what the network ends with.
template <loss_head Head>
struct basic_dice {
    static constexpr loss_head head = Head;

    double smooth = 1;
    bool squared = false;
    bool background = false;

    [[nodiscard]] static constexpr extent labels_per_sample(dims out) { return losses::overlap_labels(Head, out); }
    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        return losses::check_overlap(rule(), Head, expected, samples, out, "binary_dice");
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
    /// (2 common + smooth) / (predicted + truth + smooth).
    [[nodiscard]] losses::overlap_rule rule() const {
        return {.name = "dice", .smooth = smooth / 2, .squared = squared, .background = background};
    }
};

/// Dice loss: the mean over samples, and over the structures of each, of
/// 1 - (2 sum p g + smooth) / (sum p + sum g + smooth), p the probability of the structure and g 1 where it is, else 0;
/// the sums run over the positions of one sample, so that a small patient counts as much as a large one.
///
///     head       softmax; the loss reads the logits before it
///     target     labels, one class index a position, negative to ignore it; values are not read
///     refuses    fewer than two channels, a target without labels, labels outside the channels, a smooth that is not
///                above 0
///     mean       over the samples that have a label; never over sums of the whole batch
///
/// `smooth` makes the loss of a structure that is neither there nor predicted 0, and stands for a voxel. `squared` adds
/// up p^2 instead of p, as in V-Net. Channel 0 is no structure unless `background` says so.
/// Milletari et al., "V-Net", 3DV 2016; Drozdzal et al., "The importance of skip connections", 2016.
///
///     const auto history = ctnn::fit(model, train, ctnn::dice{.squared = true}, ctnn::adam{}, {.epochs = 10});
using dice = basic_dice<loss_head::softmax>;
/// dice for a network whose output is the logits; the same numbers, targets and refusals.
using dice_with_logits = basic_dice<loss_head::softmax_logits>;
/// dice for sigmoid heads: each channel is a structure of its own, also where others are, with a label 0, 1 or negative
/// [position][channel]; `background` is not read.
using binary_dice = basic_dice<loss_head::sigmoid>;
/// binary_dice for a network whose output is the logits.
using binary_dice_with_logits = basic_dice<loss_head::sigmoid_logits>;

}  // namespace CTNN_BACKEND
}  // namespace ctnn
