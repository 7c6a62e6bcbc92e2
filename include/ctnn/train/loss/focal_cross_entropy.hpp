// SPDX-License-Identifier: MIT
/// \file
/// Cross entropy that counts the more the worse a position is recognized.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

#include "ctnn/core/config.hpp"
#include "ctnn/train/loss/check.hpp"
#include "ctnn/train/loss/loss.hpp"
#include "ctnn/train/loss/sum.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// focal_cross_entropy and focal_cross_entropy_with_logits, which differ in what the network ends with.
template <loss_head Head>
struct basic_focal_cross_entropy {
    static constexpr loss_head head = Head;

    double gamma = 2;
    std::span<const double> class_weights{};

    [[nodiscard]] static constexpr extent labels_per_sample(dims out) { return out.positions(); }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        constexpr const char* name = "focal_cross_entropy";
        if (error failed = detail::check_choice(name, out.channels(), "binary_focal_cross_entropy")) return failed;
        if (error failed = detail::check_weight(name, "gamma", gamma)) return failed;
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
            T* dz = gradient == nullptr ? nullptr : gradient + i * channels;
            const extent label = expected.labels[i];
            if (label >= 0 && label < channels) return of_label(output + i * channels, label, dz, channels, scale);
            if (dz != nullptr) std::fill_n(dz, channels, T{0});
            return 0.0;
        });
    }

private:
    /// One position. With p the label's probability and q = 1 - p, summed up from the other channels so that nothing
    /// cancels: the slope at the label is s = gamma p q^gamma ln p - q^(gamma + 1), at another channel c it is
    /// -s p_c / q, whose last factor is at most 1.
    template <class T>
    double of_label(const T* z, extent label, T* dz, extent channels, double scale) const {
        const double largest = static_cast<double>(*std::max_element(z, z + channels));
        const double distance = largest - static_cast<double>(z[label]);
        const double own = std::exp(-distance);
        double rest = 0;
        for (extent c = 0; c < channels; ++c)
            if (c != label) rest += std::exp(static_cast<double>(z[c]) - largest);
        const double p = own / (own + rest), q = rest / (own + rest);
        // ln p: where the label is the largest, own is 1 and the logarithm of a number next to 1 is asked for.
        const double log_p = distance == 0 ? -std::log1p(rest) : -distance - std::log(own + rest);
        const double weight = detail::weight_of(class_weights, label);
        const double factor = std::pow(q, gamma);
        if (dz != nullptr) {
            const double slope = weight * scale * factor * (gamma * p * log_p - q);
            for (extent c = 0; c < channels; ++c) {
                if (c == label) continue;
                const double share = rest > 0 ? std::exp(static_cast<double>(z[c]) - largest) / rest : 0.0;
                dz[c] = static_cast<T>(-slope * share);
            }
            dz[label] = static_cast<T>(slope);
        }
        return -weight * factor * log_p;
    }
};

/// Focal loss: the mean over all positions of -weight[label] * (1 - p)^gamma * log p, p = softmax(z)[label], so that
/// what is recognized already counts little. A gamma of 0 is cross_entropy but for the mean.
///
///     head       softmax; the loss reads the logits before it, so it stays finite where a probability rounds to 0
///     target     labels, one class index a position, negative to ignore it; values are not read
///     refuses    fewer than two channels, a target without labels, labels outside the channels, a gamma that is
///                negative or not finite, class_weights that are not one a channel, negative or not finite
///     mean       over the positions that are not ignored, each counted once whatever its weight
///
/// class_weights, the paper's alpha, is one weight a channel, borrowed; none: all weigh 1.
/// Lin et al., "Focal loss for dense object detection", ICCV 2017; https://arxiv.org/abs/1708.02002
///
///     const auto history = ctnn::fit(model, train, ctnn::focal_cross_entropy{}, ctnn::adam{}, {.epochs = 10});
using focal_cross_entropy = basic_focal_cross_entropy<loss_head::softmax>;

/// focal_cross_entropy for a network whose output is the logits; the same numbers, targets and refusals.
using focal_cross_entropy_with_logits = basic_focal_cross_entropy<loss_head::softmax_logits>;

}  // namespace CTNN_BACKEND
}  // namespace ctnn
