// SPDX-License-Identifier: MIT
/// \file
/// The loss over overlaps in which what is missed and what is added cost differently; also its focal form.
#pragma once

#include "ctnn/train/loss/overlap.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// tversky, binary_tversky and both _with_logits, which differ in what the network ends with.
template <loss_head Head>
struct basic_tversky {
    static constexpr loss_head head = Head;

    double false_positives = 0.3;
    double false_negatives = 0.7;
    double gamma = 1;
    double smooth = 1;
    bool background = false;

    [[nodiscard]] static constexpr extent labels_per_sample(dims out) { return losses::overlap_labels(Head, out); }
    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        return losses::check_overlap(rule(), Head, expected, samples, out, "binary_tversky");
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
        return {.name = "tversky",
                .smooth = smooth,
                .false_positives = false_positives,
                .false_negatives = false_negatives,
                .gamma = gamma,
                .background = background};
    }
};

/// Tversky loss: the mean over samples, and over the structures of each, of (1 - t)^(1 / gamma), where
/// t = (sum p g + smooth) / (sum p g + false_positives * sum p (1 - g) + false_negatives * sum (1 - p) g + smooth),
/// p the probability of the structure and g 1 where it is, else 0; the sums run over the positions of one sample.
///
///     head       softmax; the loss reads the logits before it
///     target     labels, one class index a position, negative to ignore it; values are not read
///     refuses    fewer than two channels, a target without labels, labels outside the channels, a smooth or a gamma
///                that is not above 0, a cost that is negative or not finite
///     mean       over the samples that have a label; never over sums of the whole batch
///
/// Costs of 0.5 each are dice with twice the smooth; 0.7 for what is missed favors small lesions: Salehi et al.,
/// "Tversky loss function for image segmentation using 3D fully convolutional deep networks", 2017. A gamma of 4/3 is
/// the focal Tversky loss of Abraham and Khan, ISBI 2019: poor structures count more; below 1 - t = 1e-6 it goes
/// straight to 0, so that no slope is infinite. Channel 0 is no structure unless `background` says so.
///
///     const auto history = ctnn::fit(model, train, ctnn::tversky{.gamma = 4.0 / 3}, ctnn::adam{}, {.epochs = 10});
using tversky = basic_tversky<loss_head::softmax>;
/// tversky for a network whose output is the logits; the same numbers, targets and refusals.
using tversky_with_logits = basic_tversky<loss_head::softmax_logits>;
/// tversky for sigmoid heads: each channel is a structure of its own, with a label 0, 1 or negative
/// [position][channel]; `background` is not read.
using binary_tversky = basic_tversky<loss_head::sigmoid>;
/// binary_tversky for a network whose output is the logits.
using binary_tversky_with_logits = basic_tversky<loss_head::sigmoid_logits>;

}  // namespace CTNN_BACKEND
}  // namespace ctnn
