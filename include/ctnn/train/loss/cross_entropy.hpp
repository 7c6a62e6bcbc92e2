// SPDX-License-Identifier: MIT
/// \file
/// The log loss of a choice between classes, for a network that ends with softmax.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>

#include "ctnn/core/config.hpp"
#include "ctnn/train/loss/check.hpp"
#include "ctnn/train/loss/loss.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Cross entropy: the mean over all positions of -weight[label] * log softmax(z)[label], z the logits of the position.
///
///     head       softmax; the loss reads the logits before it, so it stays finite where a probability rounds to 0
///     target     labels, one class index a position, negative to ignore it; or values, one probability a channel
///     refuses    fewer than two channels, labels outside the channels, values that are negative or not finite,
///                class_weights that are not one a channel, negative or not finite, label_smoothing outside 0 to 1
///     mean       with labels the sum is divided by the sum of the weights of the labels, with values by the positions
///
/// class_weights is one weight a channel, borrowed; none: all weigh 1. label_smoothing is the share of the truth
/// that is spread evenly over all channels, so that no logit is drawn to infinity; Szegedy et al., "Rethinking the
/// Inception architecture for computer vision", CVPR 2016, take 0.1.
/// As PyTorch's CrossEntropyLoss: https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
///
///     const auto history = ctnn::fit(model, train, ctnn::cross_entropy{}, ctnn::adam{}, {.epochs = 10});
struct cross_entropy {
    static constexpr loss_head head = loss_head::softmax;

    std::span<const double> class_weights{};
    double label_smoothing = 0;

    [[nodiscard]] static constexpr extent labels_per_sample(dims out) { return out.positions(); }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        constexpr const char* name = "cross_entropy";
        if (error failed = detail::check_choice(name, out.channels(), "binary_cross_entropy")) return failed;
        if (error failed = detail::check_weights(name, "class weight", class_weights, out.channels())) return failed;
        if (error failed = detail::check_share(name, "label_smoothing", label_smoothing)) return failed;
        if (error failed = detail::check_one_given(name, expected.labels != nullptr, expected.values != nullptr))
            return failed;
        if (expected.labels != nullptr) {
            return detail::check_labels(name, expected.labels, samples, out.positions(), out.channels());
        }
        return detail::check_values(name, expected.values, samples, out.size(), 0);
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T> expected, extent samples, dims out) const {
        const extent positions = samples * out.positions();
        if (expected.labels == nullptr) return static_cast<double>(positions);
        double sum = 0;
        for (extent i = 0; i < positions; ++i) {
            if (counts(expected.labels[i], out.channels())) sum += detail::weight_of(class_weights, expected.labels[i]);
        }
        return sum;
    }

    template <class T>
    [[nodiscard]] double value(const T* output, target<T> expected, T* gradient, extent samples, dims out,
                               double normalizer) const {
        const double scale = mean_of(1.0, normalizer);
        const extent positions = out.positions(), channels = out.channels();
        double sum = 0;
        for (extent s = 0; s < samples; ++s) {
            double sample_sum = 0;
            for (extent i = s * positions; i < (s + 1) * positions; ++i) {
                const T* z = output + i * channels;
                T* dz = gradient == nullptr ? nullptr : gradient + i * channels;
                if (expected.labels == nullptr) {
                    const T* truth = expected.values + i * channels;
                    sample_sum += of_shares(z, dz, channels, scale, [&](extent c) {
                        return share(c, channels, static_cast<double>(truth[c]));
                    });
                } else if (!counts(expected.labels[i], channels)) {
                    if (dz != nullptr) std::fill_n(dz, channels, T{0});
                } else if (label_smoothing > 0) {
                    const extent label = expected.labels[i];
                    sample_sum += of_shares(z, dz, channels, scale,
                                            [&](extent c) { return share(c, channels, c == label ? 1.0 : 0.0); });
                } else {
                    sample_sum += of_label(z, expected.labels[i], dz, channels, scale);
                }
            }
            sum += sample_sum;
        }
        return sum;
    }

private:
    /// A label outside the channels is no part of the loss, and nothing is read for it.
    static constexpr bool counts(std::int32_t label, extent channels) { return label >= 0 && label < channels; }

    /// What channel c of a truth weighs after smoothing.
    [[nodiscard]] double share(extent c, extent channels, double truth) const {
        const double smoothed = (1.0 - label_smoothing) * truth + label_smoothing / static_cast<double>(channels);
        return detail::weight_of(class_weights, c) * smoothed;
    }

    /// One position. log softmax(z)[c] = (z[c] - max) - log(sum of exp(z - max)): every exponential is at most 1, the
    /// largest is 1, so that neither the sum nor its logarithm leaves the range of T.
    template <class T>
    double of_label(const T* z, extent label, T* dz, extent channels, double scale) const {
        const T largest = *std::max_element(z, z + channels);
        const double distance = static_cast<double>(largest) - static_cast<double>(z[label]);
        const double weight_of_label = detail::weight_of(class_weights, label);
        const double total = exponentials(z, dz, channels, largest);
        if (dz != nullptr) {
            const double factor = weight_of_label * scale;
            const double probability = static_cast<double>(dz[label]) / total;
            for (extent c = 0; c < channels; ++c) dz[c] = static_cast<T>(static_cast<double>(dz[c]) * (factor / total));
            dz[label] = static_cast<T>((probability - 1.0) * factor);
        }
        return weight_of_label * (distance + std::log(total));
    }

    /// One position whose truth is share_of(c) in channel c; they need not add up to 1.
    template <class T, class Share>
    static double of_shares(const T* z, T* dz, extent channels, double scale, const Share& share_of) {
        const T largest = *std::max_element(z, z + channels);
        double mass = 0, distance = 0;
        for (extent c = 0; c < channels; ++c) {
            const double part = share_of(c);
            mass += part;
            distance += part * (static_cast<double>(largest) - static_cast<double>(z[c]));
        }
        const double total = exponentials(z, dz, channels, largest);
        if (dz != nullptr) {
            for (extent c = 0; c < channels; ++c)
                dz[c] = static_cast<T>((static_cast<double>(dz[c]) * (mass / total) - share_of(c)) * scale);
        }
        return distance + mass * std::log(total);
    }

    /// Writes exp(z - largest) to dz unless that is null, and returns the sum.
    template <class T>
    static double exponentials(const T* z, T* dz, extent channels, T largest) {
        double total = 0;
        for (extent c = 0; c < channels; ++c) {
            const T exponential = std::exp(z[c] - largest);
            total += static_cast<double>(exponential);
            if (dz != nullptr) dz[c] = exponential;
        }
        return total;
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
