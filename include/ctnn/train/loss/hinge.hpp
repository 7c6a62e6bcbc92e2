// SPDX-License-Identifier: MIT
/// \file
/// The loss of support vector machines for yes-or-no scores.
#pragma once

#include <algorithm>

#include "ctnn/core/config.hpp"
#include "ctnn/train/loss/check.hpp"
#include "ctnn/train/loss/loss.hpp"
#include "ctnn/train/loss/sum.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Hinge loss: the mean over all output elements of max(0, margin - y * output), y being 1 for label 1 and -1 for 0; or
/// of its square. An output above 0 says yes.
///
///     head       scores: outputs of either sign, so a network that ends without softmax or sigmoid
///     target     labels, one an output element: 0, 1, or negative to ignore it; values are not read
///     refuses    a target without labels, other labels, a margin that is not above 0
///     mean       over the elements that are not ignored
///
/// As Keras' Hinge and SquaredHinge, which take the labels 0 and 1 for -1 and 1 too:
/// https://keras.io/api/losses/hinge_losses/
///
///     const auto history = ctnn::fit(model, train, ctnn::hinge{.squared = true}, ctnn::adam{}, {.epochs = 10});
struct hinge {
    static constexpr loss_head head = loss_head::scores;

    double margin = 1;
    bool squared = false;

    [[nodiscard]] static constexpr extent labels_per_sample(dims out) { return out.size(); }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        if (error failed = detail::check_positive("hinge", "margin", margin)) return failed;
        return detail::check_has_labels("hinge", expected, samples, out.size(), 2);
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
            const double sign = label == 1 ? 1.0 : -1.0;
            const double lacking = margin - sign * static_cast<double>(output[i]);
            const bool counts = (label == 0 || label == 1) && lacking > 0;
            if (gradient != nullptr)
                gradient[i] = counts ? static_cast<T>(-sign * (squared ? 2 * lacking : 1.0) * scale) : T{0};
            return !counts ? 0.0 : squared ? lacking * lacking : lacking;
        });
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
