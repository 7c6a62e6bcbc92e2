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
///                class_weights that are not one a channel, negative or not finite
///     mean       with labels the sum is divided by the sum of the weights of the labels, with values by the positions
///
/// class_weights is one weight a channel, borrowed; none: all weigh 1.
/// As PyTorch's CrossEntropyLoss: https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
///
///     const auto history = ctnn::fit(model, train, ctnn::cross_entropy{}, ctnn::adam{}, {.epochs = 10});
struct cross_entropy {
    static constexpr loss_head head = loss_head::softmax;

    std::span<const double> class_weights{};

    [[nodiscard]] static constexpr extent labels_per_sample(dims out) { return out.positions(); }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        constexpr const char* name = "cross_entropy";
        if (out.channels() < 2) {
            return {
                error_kind::invalid_argument,
                "cross_entropy: one channel leaves no choice; give one channel a class, or use binary_cross_entropy"};
        }
        if (!class_weights.empty() && std::ssize(class_weights) != out.channels()) {
            return {error_kind::invalid_argument,
                    detail::text_of({name, ": ", class_weights.size(), " class weights, expected ", out.channels()})};
        }
        for (std::size_t c = 0; c < class_weights.size(); ++c) {
            if (error failed = detail::check_weight(name, "class weight", class_weights[c], static_cast<extent>(c)))
                return failed;
        }
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
            if (counts(expected.labels[i], out.channels())) sum += weight(expected.labels[i]);
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
                    sample_sum += of_probabilities(z, expected.values + i * channels, dz, channels, scale);
                } else if (counts(expected.labels[i], channels)) {
                    sample_sum += of_label(z, expected.labels[i], dz, channels, scale);
                } else if (dz != nullptr) {
                    std::fill_n(dz, channels, T{0});
                }
            }
            sum += sample_sum;
        }
        return sum;
    }

private:
    /// A label outside the channels is no part of the loss, and nothing is read for it.
    static constexpr bool counts(std::int32_t label, extent channels) { return label >= 0 && label < channels; }

    [[nodiscard]] double weight(extent c) const {
        return c < std::ssize(class_weights) ? class_weights[static_cast<std::size_t>(c)] : 1.0;
    }

    /// One position. log softmax(z)[c] = (z[c] - max) - log(sum of exp(z - max)): every exponential is at most 1, the
    /// largest is 1, so that neither the sum nor its logarithm leaves the range of T.
    template <class T>
    double of_label(const T* z, extent label, T* dz, extent channels, double scale) const {
        const T largest = *std::max_element(z, z + channels);
        const double distance = static_cast<double>(largest) - static_cast<double>(z[label]);
        const double weight_of_label = weight(label);
        const double total = exponentials(z, dz, channels, largest);
        if (dz != nullptr) {
            const double factor = weight_of_label * scale;
            const double probability = static_cast<double>(dz[label]) / total;
            for (extent c = 0; c < channels; ++c) dz[c] = static_cast<T>(static_cast<double>(dz[c]) * (factor / total));
            dz[label] = static_cast<T>((probability - 1.0) * factor);
        }
        return weight_of_label * (distance + std::log(total));
    }

    /// One position whose truth is a probability a channel; they need not add up to 1.
    template <class T>
    double of_probabilities(const T* z, const T* truth, T* dz, extent channels, double scale) const {
        const T largest = *std::max_element(z, z + channels);
        double mass = 0, distance = 0;
        for (extent c = 0; c < channels; ++c) {
            const double share = weight(c) * static_cast<double>(truth[c]);
            mass += share;
            distance += share * (static_cast<double>(largest) - static_cast<double>(z[c]));
        }
        const double total = exponentials(z, dz, channels, largest);
        if (dz != nullptr) {
            for (extent c = 0; c < channels; ++c) {
                const double share = weight(c) * static_cast<double>(truth[c]);
                dz[c] = static_cast<T>((static_cast<double>(dz[c]) * (mass / total) - share) * scale);
            }
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
