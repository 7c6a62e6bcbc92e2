// SPDX-License-Identifier: MIT
/// \file
/// The log loss of a choice between classes, for a network that ends with log_softmax.
#pragma once

#include <algorithm>
#include <span>

#include "ctnn/core/config.hpp"
#include "ctnn/train/loss/check.hpp"
#include "ctnn/train/loss/loss.hpp"
#include "ctnn/train/loss/sum.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Negative log likelihood: the mean over all positions of -weight[label] * output[label], the output being logarithms
/// of probabilities. The value of cross_entropy.
///
///     head       log_softmax, which is differentiated like any layer
///     target     labels, one class index a position, negative to ignore it; values are not read
///     refuses    fewer than two channels, a target without labels, labels outside the channels, class_weights that are
///                not one a channel, negative or not finite
///     mean       the sum is divided by the sum of the weights of the labels
///
/// class_weights is one weight a channel, borrowed; none: all weigh 1.
/// As PyTorch's NLLLoss: https://pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html
///
///     const auto history = ctnn::fit(model, train, ctnn::negative_log_likelihood{}, ctnn::adam{}, {.epochs = 10});
struct negative_log_likelihood {
    static constexpr loss_head head = loss_head::log_softmax;

    std::span<const double> class_weights{};

    [[nodiscard]] static constexpr extent labels_per_sample(dims out) { return out.positions(); }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        constexpr const char* name = "negative_log_likelihood";
        if (error failed = detail::check_choice(name, out.channels(), "binary_cross_entropy")) return failed;
        if (error failed = detail::check_weights(name, "class weight", class_weights, out.channels())) return failed;
        return detail::check_has_labels(name, expected, samples, out.positions(), out.channels());
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T> expected, extent samples, dims out) const {
        double sum = 0;
        for (extent i = 0; i < samples * out.positions(); ++i) {
            const extent label = expected.labels[i];
            if (label >= 0 && label < out.channels()) sum += detail::weight_of(class_weights, label);
        }
        return sum;
    }

    template <class T>
    [[nodiscard]] double value(const T* output, target<T> expected, T* gradient, extent samples, dims out,
                               double normalizer) const {
        const extent channels = out.channels();
        const double scale = mean_of(1.0, normalizer);
        return losses::sum_of_samples(samples, out.positions(), [&](extent i) {
            const extent label = expected.labels[i];
            const bool counts = label >= 0 && label < channels;
            const double weight = counts ? detail::weight_of(class_weights, label) : 0.0;
            const double loss = counts ? -weight * static_cast<double>(output[i * channels + label]) : 0.0;
            if (gradient != nullptr) {
                std::fill_n(gradient + i * channels, channels, T{0});
                if (counts) gradient[i * channels + label] = static_cast<T>(-weight * scale);
            }
            return loss;
        });
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
