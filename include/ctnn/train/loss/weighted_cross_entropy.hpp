// SPDX-License-Identifier: MIT
/// \file
/// Cross entropy in which each position has a weight of its own.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "ctnn/core/config.hpp"
#include "ctnn/train/loss/check.hpp"
#include "ctnn/train/loss/loss.hpp"
#include "ctnn/train/loss/overlap.hpp"
#include "ctnn/train/loss/sum.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// weighted_cross_entropy, weighted_binary_cross_entropy and both _with_logits, which differ in what the network ends
/// with.
template <loss_head Head>
struct basic_weighted_cross_entropy {
    static constexpr loss_head head = Head;

    [[nodiscard]] static constexpr extent labels_per_sample(dims out) { return losses::overlap_labels(Head, out); }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        constexpr const char* name = "weighted_cross_entropy";
        if (!each)
            if (error failed = detail::check_choice(name, out.channels(), "weighted_binary_cross_entropy"))
                return failed;
        if (expected.values == nullptr)
            return {error_kind::invalid_argument, detail::text_of({name,
                                                                   ": the target has no values; they are the "
                                                                   "weights of the labels"})};
        if (error failed = detail::check_values(name, expected.values, samples, out.size(), 0)) return failed;
        return detail::check_has_labels(name, expected, samples, labels_per_sample(out), classes_of(out));
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T> expected, extent samples, dims out) const {
        return losses::sum_of_samples(samples, labels_per_sample(out),
                                      [&](extent i) { return weight(expected, i, out); });
    }

    template <class T>
    [[nodiscard, gnu::noinline]] double value(const T* output, target<T> expected, T* gradient, extent samples,
                                              dims out, double normalizer) const {
        const double scale = mean_of(1.0, normalizer);
        const extent channels = out.channels();
        std::vector<T> row(static_cast<std::size_t>(channels));
        return losses::sum_of_samples(samples, labels_per_sample(out), [&](extent i) {
            const double w = weight(expected, i, out);
            const std::int32_t label = expected.labels[i];
            if constexpr (each) {
                const losses::logistic at(output[i]);
                if (gradient != nullptr) gradient[i] = static_cast<T>(w * scale * (label == 1 ? -at.no : at.yes));
                return w == 0 ? 0.0 : w * (label == 1 ? at.miss_yes : at.miss_no);
            } else {
                const T* z = output + i * channels;
                T* dz = gradient == nullptr ? row.data() : gradient + i * channels;
                if (w == 0) {
                    if (gradient != nullptr) std::fill_n(dz, channels, T{0});
                    return 0.0;
                }
                const T largest = *std::max_element(z, z + channels);
                const double distance = static_cast<double>(largest) - static_cast<double>(z[label]);
                const double total = losses::write_softmax(z, dz, channels, largest);
                for (extent c = 0; c < channels; ++c)
                    dz[c] = static_cast<T>(w * scale * (static_cast<double>(dz[c]) - (c == label ? 1 : 0)));
                return w * (distance + std::log(total));
            }
        });
    }

private:
    static constexpr bool each = losses::answers_each(Head);
    static constexpr extent classes_of(dims out) { return each ? 2 : out.channels(); }

    /// Of label i; 0 where it is ignored.
    template <class T>
    static double weight(const target<T>& expected, extent i, dims out) {
        const std::int32_t label = expected.labels[i];
        if (label < 0 || label >= classes_of(out)) return 0;
        return static_cast<double>(expected.values[each ? i : i * out.channels() + label]);
    }
};

/// Cross entropy with a map of weights: the sum over all positions of -w * log softmax(z)[label], divided by the sum of
/// the weights; z are the logits of a position, and w is what `values` say of it in the channel of its label. So
/// borders between cells can count more, or voxels of which the raters are sure.
///
///     head       softmax; the loss reads the logits before it, so it stays finite where a probability rounds to 0
///     target     labels, one class index a position, negative to ignore it; and values, its weights
///                [position][channel]
///     refuses    fewer than two channels, a target without labels or without values, labels outside the channels,
///                weights that are negative or not finite
///     mean       the sum is divided by the sum of the weights of the labels
///
/// Ronneberger et al., "U-Net", MICCAI 2015, weigh the borders between touching cells like this.
///
///     data.values = weights;  // dataset::labels beside them
///     const auto history = ctnn::fit(model, data, ctnn::weighted_cross_entropy{}, ctnn::adam{}, {.epochs = 10});
using weighted_cross_entropy = basic_weighted_cross_entropy<loss_head::softmax>;
/// weighted_cross_entropy for a network whose output is the logits; the same numbers, targets and refusals.
using weighted_cross_entropy_with_logits = basic_weighted_cross_entropy<loss_head::softmax_logits>;
/// weighted_cross_entropy for sigmoid heads: a label 0, 1 or negative, and a weight, [position][channel].
using weighted_binary_cross_entropy = basic_weighted_cross_entropy<loss_head::sigmoid>;
/// weighted_binary_cross_entropy for a network whose output is the logits.
using weighted_binary_cross_entropy_with_logits = basic_weighted_cross_entropy<loss_head::sigmoid_logits>;

}  // namespace CTNN_BACKEND
}  // namespace ctnn
