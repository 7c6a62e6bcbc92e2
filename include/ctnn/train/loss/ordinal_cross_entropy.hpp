// SPDX-License-Identifier: MIT
/// \file
/// The log loss of a grade: classes in an order, where a near miss is better than a far one.
#pragma once

#include <algorithm>
#include <span>

#include "ctnn/core/config.hpp"
#include "ctnn/train/loss/check.hpp"
#include "ctnn/train/loss/logistic.hpp"
#include "ctnn/train/loss/loss.hpp"
#include "ctnn/train/loss/sum.hpp"
#include "ctnn/train/metric/predicted_class.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// ordinal_cross_entropy and ordinal_cross_entropy_with_logits, which differ in what the network ends with.
template <loss_head Head>
struct basic_ordinal_cross_entropy {
    static constexpr loss_head head = Head;

    std::span<const double> step_weights{};

    [[nodiscard]] static constexpr extent labels_per_sample(dims out) { return out.positions(); }

    /// What accuracy compares with the label.
    template <class T>
    [[nodiscard]] static constexpr extent predicted(const T* scores, extent columns, double threshold) {
        return predicted_grade(scores, columns, threshold);
    }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        constexpr const char* name = "ordinal_cross_entropy";
        if (error failed = detail::check_weights(name, "step weight", step_weights, out.channels())) return failed;
        return detail::check_has_labels(name, expected, samples, out.positions(), out.channels() + 1);
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T> expected, extent samples, dims out) const {
        return detail::count_of_labels(expected.labels, samples * out.positions(), out.channels() + 1);
    }

    template <class T>
    [[nodiscard]] double value(const T* output, target<T> expected, T* gradient, extent samples, dims out,
                               double normalizer) const {
        const extent channels = out.channels();
        const double scale = mean_of(1.0, normalizer);
        return losses::sum_of_samples(samples, out.positions(), [&](extent i) {
            const T* z = output + i * channels;
            T* dz = gradient == nullptr ? nullptr : gradient + i * channels;
            const extent label = expected.labels[i];
            if (label < 0 || label > channels) {
                if (dz != nullptr) std::fill_n(dz, channels, T{0});
                return 0.0;
            }
            double sum = 0;
            for (extent c = 0; c < channels; ++c) {
                const double weight = detail::weight_of(step_weights, c);
                const losses::logistic at(z[c]);
                sum += weight * (label > c ? at.miss_yes : at.miss_no);
                if (dz != nullptr) dz[c] = static_cast<T>(weight * scale * (label > c ? -at.no : at.yes));
            }
            return sum;
        });
    }
};

/// Ordinal cross entropy: channel c answers whether the grade is above c, so grades 0 to channels need one channel
/// fewer than there are grades. The mean over all positions of the sum over the channels of
/// step_weights[c] * -log(p_c where label > c, else 1 - p_c), p = sigmoid(z).
///
///     head       sigmoid; the loss reads the logits before it, so it stays finite where a probability rounds to 0
///     target     labels, one grade a position, 0 to channels, negative to ignore it; values are not read
///     refuses    a target without labels, labels above the channels, step_weights that are not one a channel, negative
///                or not finite
///     mean       over the positions that are not ignored, each counted once whatever the weights
///
/// step_weights is borrowed; none: all weigh 1. predicted_grade() counts the answers that are yes; fit and evaluate
/// take it for their accuracy. Niu et al., "Ordinal regression with multiple output CNN for age estimation", CVPR 2016;
/// the sum and the weights as in Cao et al., https://arxiv.org/abs/1901.07884
///
///     using net = ctnn::network<ctnn::shape<64>, ctnn::dense<3>, ctnn::sigmoid>;  // grades 0 to 3
///     const auto history = ctnn::fit(model, train, ctnn::ordinal_cross_entropy{}, ctnn::adam{}, {.epochs = 10});
using ordinal_cross_entropy = basic_ordinal_cross_entropy<loss_head::sigmoid>;

/// ordinal_cross_entropy for a network whose output is the logits; the same numbers, targets and refusals.
using ordinal_cross_entropy_with_logits = basic_ordinal_cross_entropy<loss_head::sigmoid_logits>;

}  // namespace CTNN_BACKEND
}  // namespace ctnn
