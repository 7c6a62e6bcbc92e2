// SPDX-License-Identifier: MIT
/// \file
/// How far the network's probabilities are from given ones: what a small network learns from a large one.
#pragma once

#include <algorithm>
#include <cmath>

#include "ctnn/core/config.hpp"
#include "ctnn/train/loss/regression.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// kl_divergence and kl_divergence_with_logits, which differ in what the network ends with.
template <loss_head Head>
struct basic_kl_divergence {
    static constexpr loss_head head = Head;

    double temperature = 1;

    [[nodiscard]] static constexpr extent labels_per_sample(dims) { return 0; }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        constexpr const char* name = "kl_divergence";
        if (error failed = detail::check_choice(name, out.channels(), "binary_cross_entropy with values"))
            return failed;
        if (error failed = detail::check_positive(name, "temperature", temperature)) return failed;
        return losses::check_has_values(name, expected, samples, out, 0);
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T>, extent samples, dims out) const {
        return static_cast<double>(samples * out.positions());
    }

    template <class T>
    [[nodiscard]] double value(const T* output, target<T> expected, T* gradient, extent samples, dims out,
                               double normalizer) const {
        const extent channels = out.channels();
        // d(t^2 KL(z / t)) / dz = t (p - truth)
        const double slope = temperature * mean_of(1.0, normalizer);
        return losses::sum_of_samples(samples, out.positions(), [&](extent i) {
            const T *z = output + i * channels, *truth = expected.values + i * channels;
            const double largest = static_cast<double>(*std::max_element(z, z + channels));
            double total = 0, mass = 0, sum = 0;
            for (extent c = 0; c < channels; ++c) {
                const double below = (static_cast<double>(z[c]) - largest) / temperature;
                const double share = static_cast<double>(truth[c]);
                total += std::exp(below);
                mass += share;
                if (share > 0) sum += share * (std::log(share) - below);  // x ln x is 0 at 0
            }
            if (gradient != nullptr) {
                for (extent c = 0; c < channels; ++c) {
                    const double probability = std::exp((static_cast<double>(z[c]) - largest) / temperature) / total;
                    gradient[i * channels + c] =
                        static_cast<T>(slope * (mass * probability - static_cast<double>(truth[c])));
                }
            }
            return temperature * temperature * (sum + mass * std::log(total));
        });
    }
};

/// Kullback-Leibler divergence: the mean over all positions of temperature^2 * the sum over the channels of
/// value * (log value - log softmax(z / temperature)), z the logits of the position.
///
///     head       softmax; the loss reads the logits before it, so it stays finite where a probability rounds to 0
///     target     values, one probability a channel; labels are not read
///     refuses    fewer than two channels, a target without values, values that are negative or not finite, a
///                temperature that is not above 0
///
/// With a temperature the values are the probabilities softmax(logits / temperature) of a teacher; the square keeps the
/// size of the gradient: Hinton et al., "Distilling the knowledge in a neural network", 2015,
/// https://arxiv.org/abs/1503.02531. As PyTorch's KLDivLoss(reduction="batchmean") on logarithms of probabilities:
/// https://pytorch.org/docs/stable/generated/torch.nn.KLDivLoss.html
///
///     const auto history = ctnn::fit(model, soft, ctnn::kl_divergence{.temperature = 4}, ctnn::adam{});
using kl_divergence = basic_kl_divergence<loss_head::softmax>;

/// kl_divergence for a network whose output is the logits; the same numbers, targets and refusals.
using kl_divergence_with_logits = basic_kl_divergence<loss_head::softmax_logits>;

}  // namespace CTNN_BACKEND
}  // namespace ctnn
