// SPDX-License-Identifier: MIT
/// \file
/// The loss of support vector machines for a choice between classes.
#pragma once

#include <algorithm>
#include <span>

#include "ctnn/core/config.hpp"
#include "ctnn/train/loss/check.hpp"
#include "ctnn/train/loss/loss.hpp"
#include "ctnn/train/loss/sum.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Hinge loss of a choice: the mean over all positions of weight[label] / channels * the sum over the other channels c
/// of max(0, margin - z[label] + z[c]), z the scores of the position; or of the squares.
///
///     head       scores: outputs of either sign, so a network that ends without softmax or sigmoid
///     target     labels, one class index a position, negative to ignore it; values are not read
///     refuses    fewer than two channels, a target without labels, labels outside the channels, a margin that is not
///                above 0, class_weights that are not one a channel, negative or not finite
///     mean       over the positions that are not ignored, each counted once whatever its weight
///
/// class_weights is one weight a channel, borrowed; none: all weigh 1. As PyTorch's MultiMarginLoss, whose p = 2 is
/// squared: https://pytorch.org/docs/stable/generated/torch.nn.MultiMarginLoss.html
///
///     const auto history = ctnn::fit(model, train, ctnn::multi_margin{}, ctnn::adam{}, {.epochs = 10});
struct multi_margin {
    static constexpr loss_head head = loss_head::scores;

    double margin = 1;
    bool squared = false;
    std::span<const double> class_weights{};

    [[nodiscard]] static constexpr extent labels_per_sample(dims out) { return out.positions(); }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        constexpr const char* name = "multi_margin";
        if (error failed = detail::check_choice(name, out.channels(), "hinge")) return failed;
        if (error failed = detail::check_positive(name, "margin", margin)) return failed;
        if (error failed = detail::check_weights(name, "class weight", class_weights, out.channels())) return failed;
        return detail::check_has_labels(name, expected, samples, out.positions(), out.channels());
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T> expected, extent samples, dims out) const {
        return detail::count_of_labels(expected.labels, samples * out.positions(), out.channels());
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
            if (label < 0 || label >= channels) {
                if (dz != nullptr) std::fill_n(dz, channels, T{0});
                return 0.0;
            }
            const double weight = detail::weight_of(class_weights, label) / static_cast<double>(channels);
            const double best = static_cast<double>(z[label]);
            double sum = 0, slopes = 0;
            for (extent c = 0; c < channels; ++c) {
                const double lacking = margin - best + static_cast<double>(z[c]);
                const double counted = c == label ? 0.0 : std::max(lacking, 0.0);
                const double slope = squared ? 2 * counted : counted > 0 ? 1.0 : 0.0;
                sum += squared ? counted * counted : counted;
                slopes += slope;
                if (dz != nullptr) dz[c] = static_cast<T>(weight * slope * scale);
            }
            if (dz != nullptr) dz[label] = static_cast<T>(-weight * slopes * scale);
            return weight * sum;
        });
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
