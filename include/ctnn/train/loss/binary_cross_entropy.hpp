// SPDX-License-Identifier: MIT
/// \file
/// The log loss of yes-or-no outputs, for a network that ends with sigmoid.
#pragma once

#include <algorithm>
#include <span>

#include "ctnn/core/config.hpp"
#include "ctnn/train/loss/check.hpp"
#include "ctnn/train/loss/logistic.hpp"
#include "ctnn/train/loss/loss.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Binary cross entropy: the mean over all output elements of
/// positive_weight * y * softplus(-z) + negative_weight * (1 - y) * softplus(z), z the logit and y the truth.
///
///     head       sigmoid; the loss reads the logits before it, so it stays finite where a probability rounds to 0
///     target     labels, one an output element: 0, 1, or negative to ignore it; or values in [0, 1]
///     refuses    other labels and values, weights that are negative or not finite, positive_weights that are not one a
///                channel
///     mean       over the elements that are not ignored, each counted once whatever its weight
///
/// With several channels they are answers of their own: several findings in one image. positive_weights is one factor a
/// channel beside positive_weight, borrowed; none: 1 for all. balanced_positive_weights() counts them.
/// As PyTorch's BCEWithLogitsLoss, whose pos_weight is positive_weight, or positive_weights; the two weights together
/// are what a class weight {negative, positive} is elsewhere:
/// https://pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html
///
///     const ctnn::binary_cross_entropy loss{.positive_weight = 3};
///     const auto history = ctnn::fit(model, train, loss, ctnn::adam{}, {.epochs = 10});
struct binary_cross_entropy {
    static constexpr loss_head head = loss_head::sigmoid;

    double negative_weight = 1;
    double positive_weight = 1;
    std::span<const double> positive_weights{};

    [[nodiscard]] static constexpr extent labels_per_sample(dims out) { return out.size(); }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        constexpr const char* name = "binary_cross_entropy";
        if (error failed = detail::check_weight(name, "negative_weight", negative_weight)) return failed;
        if (error failed = detail::check_weight(name, "positive_weight", positive_weight)) return failed;
        if (error failed = detail::check_weights(name, "positive weight", positive_weights, out.channels()))
            return failed;
        if (error failed = detail::check_one_given(name, expected.labels != nullptr, expected.values != nullptr))
            return failed;
        if (expected.labels != nullptr) return detail::check_labels(name, expected.labels, samples, out.size(), 2);
        return detail::check_values(name, expected.values, samples, out.size(), 0, 1);
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T> expected, extent samples, dims out) const {
        const extent count = samples * out.size();
        if (expected.labels == nullptr) return static_cast<double>(count);
        return static_cast<double>(std::count_if(expected.labels, expected.labels + count, counts));
    }

    template <class T>
    [[nodiscard]] double value(const T* output, target<T> expected, T* gradient, extent samples, dims out,
                               double normalizer) const {
        const double scale = mean_of(1.0, normalizer);
        const extent size = out.size(), channels = out.channels();
        double sum = 0;
        for (extent s = 0; s < samples; ++s) {
            double sample_sum = 0;
            for (extent i = s * size; i < (s + 1) * size; ++i) {
                if (expected.labels != nullptr && !counts(expected.labels[i])) {
                    if (gradient != nullptr) gradient[i] = T{0};
                    continue;
                }
                const double truth = expected.labels != nullptr ? static_cast<double>(expected.labels[i])
                                                                : static_cast<double>(expected.values[i]);
                const double positive = positive_weight * detail::weight_of(positive_weights, i % channels) * truth;
                const double negative = negative_weight * (1.0 - truth);
                const losses::logistic at(output[i]);
                sample_sum += positive * at.miss_yes + negative * at.miss_no;
                if (gradient != nullptr) gradient[i] = static_cast<T>((negative * at.yes - positive * at.no) * scale);
            }
            sum += sample_sum;
        }
        return sum;
    }

private:
    /// A label outside {0, 1} is no part of the loss.
    static constexpr bool counts(std::int32_t label) { return label == 0 || label == 1; }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
