// SPDX-License-Identifier: MIT
/// \file
/// What the losses over the overlap of two regions share: sums over a sample, and the slope behind softmax or sigmoid.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "ctnn/core/config.hpp"
#include "ctnn/train/loss/check.hpp"
#include "ctnn/train/loss/logistic.hpp"
#include "ctnn/train/loss/loss.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace losses {

/// Does a sigmoid answer for each channel by itself, instead of a softmax that chooses between them?
[[nodiscard]] constexpr bool answers_each(loss_head head) {
    return head == loss_head::sigmoid || head == loss_head::sigmoid_logits;
}

/// A loss over overlaps as plain numbers. The index of a structure is (common + smooth) / (common + false_positives *
/// (predicted - common) + false_negatives * (truth - common) + smooth); with one half for both it is Dice's.
struct overlap_rule {
    const char* name = "";
    double smooth = 1, false_positives = 0.5, false_negatives = 0.5;
    double gamma = 1;                         ///< a structure's loss is (1 - index)^(1 / gamma)
    bool squared = false;                     ///< `predicted` adds up squares of probabilities
    bool generalized = false;                 ///< one index of all structures, each weighed by 1 / truth^2
    bool background = false;                  ///< channel 0 behind a softmax is a structure, too
    double overlap_weight = 1;                ///< of the overlap's part of a sample's loss
    double entropy_weight = 0;                ///< of the mean cross entropy of the sample
    std::span<const double> class_weights{};  ///< of the cross entropy
};

/// Sums over the positions of a sample that are not ignored, and the slopes of the loss along the first two.
struct overlap {
    double common = 0;     ///< probability where the structure is
    double predicted = 0;  ///< probability anywhere, or its square
    double truth = 0;      ///< positions of the structure
    double common_slope = 0, predicted_slope = 0;
};

/// Where 1 - index is smaller, its root goes straight to 0, so that no slope of (1 - index)^(1 / gamma) is infinite.
inline constexpr double straight_below = 1e-6;

/// The loss of one sample from its sums, in [0, 1]; writes the slopes. \pre smooth > 0
[[nodiscard]] inline double overlap_loss(const overlap_rule& by, overlap* structures, extent count) {
    if (by.generalized) {
        // Weights that add up to 1: the smallest structure has the most, and a smooth of 1 stands for a voxel of it.
        double rarest = 0, all = 0, common = by.smooth / 2, sizes = by.smooth;
        const auto weight = [&](double truth) { return truth > 0 ? 1 / (truth * truth) : rarest; };
        for (extent c = 0; c < count; ++c)
            if (structures[c].truth > 0) rarest = std::max(rarest, weight(structures[c].truth));
        if (rarest == 0) rarest = 1;
        for (extent c = 0; c < count; ++c) all += weight(structures[c].truth);
        for (extent c = 0; c < count; ++c) {
            const overlap& s = structures[c];
            common += weight(s.truth) / all * s.common;
            sizes += weight(s.truth) / all * (s.predicted + s.truth);
        }
        for (extent c = 0; c < count; ++c) {
            const double share = weight(structures[c].truth) / all;
            structures[c].common_slope = -2 * share / sizes;
            structures[c].predicted_slope = 2 * share * common / (sizes * sizes);
        }
        return 1 - 2 * common / sizes;
    }
    double sum = 0;
    const double power = 1 / by.gamma, each = 1 / static_cast<double>(count);
    for (extent c = 0; c < count; ++c) {
        overlap& s = structures[c];
        const double kept = 1 - by.false_positives - by.false_negatives, inside = s.common + by.smooth;
        const double whole =
            kept * s.common + by.false_positives * s.predicted + by.false_negatives * s.truth + by.smooth;
        const double missing = std::max(1 - inside / whole, 0.0);
        const bool straight = missing < straight_below;
        const double chord = std::pow(straight_below, power - 1);
        sum += straight ? chord * missing : std::pow(missing, power);
        const double slope = -each * (straight ? chord : power * std::pow(missing, power - 1));
        s.common_slope = slope * (1 / whole - inside * kept / (whole * whole));
        s.predicted_slope = -slope * inside * by.false_positives / (whole * whole);
    }
    return each * sum;
}

/// How many labels of a target belong to a sample.
[[nodiscard]] constexpr extent overlap_labels(loss_head head, dims out) {
    return answers_each(head) ? out.size() : out.positions();
}

template <class T>
[[nodiscard, gnu::cold]] error check_overlap(const overlap_rule& by, loss_head head, target<T> expected, extent samples,
                                             dims out, const char* binary) {
    if (!answers_each(head))
        if (error failed = detail::check_choice(by.name, out.channels(), binary)) return failed;
    if (error failed = detail::check_positive(by.name, "smooth", by.smooth)) return failed;
    if (error failed = detail::check_weight(by.name, "false_positives", by.false_positives)) return failed;
    if (error failed = detail::check_weight(by.name, "false_negatives", by.false_negatives)) return failed;
    if (error failed = detail::check_positive(by.name, "gamma", by.gamma)) return failed;
    if (error failed = detail::check_weight(by.name, "dice_weight", by.overlap_weight)) return failed;
    if (error failed = detail::check_weight(by.name, "cross_entropy_weight", by.entropy_weight)) return failed;
    if (error failed = detail::check_weights(by.name, "class weight", by.class_weights, out.channels())) return failed;
    return detail::check_has_labels(by.name, expected, samples, overlap_labels(head, out),
                                    answers_each(head) ? 2 : out.channels());
}

/// How many samples have a label that counts.
[[nodiscard]] inline double overlap_samples(loss_head head, const std::int32_t* labels, extent samples, dims out) {
    const extent each = overlap_labels(head, out), classes = answers_each(head) ? 2 : out.channels();
    extent counted = 0;
    for (extent s = 0; s < samples; ++s)
        counted += std::any_of(labels + s * each, labels + (s + 1) * each,
                               [&](std::int32_t label) { return label >= 0 && label < classes; });
    return static_cast<double>(counted);
}

/// exp(z - largest) / their sum, to `p`, which may be z. Returns the sum.
template <class T>
double write_softmax(const T* z, T* p, extent channels, T largest) {
    double total = 0;
    for (extent c = 0; c < channels; ++c) {
        p[c] = std::exp(z[c] - largest);
        total += static_cast<double>(p[c]);
    }
    const T factor = static_cast<T>(1 / total);
    for (extent c = 0; c < channels; ++c) p[c] *= factor;
    return total;
}

/// The sum of the losses of the samples. Where gradient is not null it holds the probabilities first, then the slopes.
// Out of line: equal calls give equal bits, which two inlined copies with their own contractions need not.
template <loss_head Head, class T>
[[nodiscard, gnu::noinline]] double sum_of_overlaps(const overlap_rule& by, const T* output, const std::int32_t* labels,
                                                    T* gradient, extent samples, dims out, double scale) {
    constexpr bool each = answers_each(Head);
    const extent channels = out.channels(), positions = out.positions(), size = out.size();
    const extent first = each || by.background ? 0 : 1, classes = each ? 2 : channels;
    const auto counts = [&](std::int32_t label) { return label >= 0 && label < classes; };
    std::vector<overlap> structures(static_cast<std::size_t>(channels));
    std::vector<T> row(static_cast<std::size_t>(channels));
    double total = 0;
    for (extent n = 0; n < samples; ++n, output += size, labels += each ? size : positions) {
        std::fill(structures.begin(), structures.end(), overlap{});
        double entropy = 0, mass = 0;
        extent counted = 0;
        for (extent i = 0; i < positions; ++i) {
            const T* z = output + i * channels;
            T* p = gradient != nullptr ? gradient + i * channels : row.data();
            if constexpr (each) {
                for (extent c = 0; c < channels; ++c) {
                    const std::int32_t label = labels[i * channels + c];
                    const logistic at(z[c]);
                    p[c] = static_cast<T>(at.yes);
                    if (!counts(label)) continue;
                    const double weight = detail::weight_of(by.class_weights, c), yes = static_cast<double>(p[c]);
                    overlap& s = structures[static_cast<std::size_t>(c)];
                    ++counted;
                    mass += 1;
                    entropy += weight * (label == 1 ? at.miss_yes : at.miss_no);
                    s.predicted += by.squared ? yes * yes : yes;
                    s.common += label == 1 ? yes : 0;
                    s.truth += label;
                }
            } else {
                const std::int32_t label = labels[i];
                if (!counts(label)) continue;
                const T largest = *std::max_element(z, z + channels);
                const double distance = static_cast<double>(largest) - static_cast<double>(z[label]);
                const double sum = write_softmax(z, p, channels, largest);
                ++counted;
                for (extent c = first; c < channels; ++c) {
                    const double share = static_cast<double>(p[c]);
                    structures[static_cast<std::size_t>(c)].predicted += by.squared ? share * share : share;
                }
                structures[static_cast<std::size_t>(label)].common += static_cast<double>(p[label]);
                structures[static_cast<std::size_t>(label)].truth += 1;
                if (by.entropy_weight == 0) continue;
                const double weight = detail::weight_of(by.class_weights, label);
                mass += weight;
                entropy += weight * (distance + std::log(sum));
            }
        }
        if (counted > 0) {
            const double lost = overlap_loss(by, structures.data() + first, channels - first);
            total += by.overlap_weight * lost + by.entropy_weight * mean_of(entropy, mass);
        }
        if (gradient == nullptr) continue;
        const double of_overlap = by.overlap_weight * scale, of_entropy = by.entropy_weight * mean_of(scale, mass);
        for (extent i = 0; i < positions; ++i, gradient += channels) {
            const std::int32_t* truth = labels + i * (each ? channels : 1);
            if (!each && !counts(*truth)) {
                std::fill_n(gradient, channels, T{0});
                continue;
            }
            const auto slope = [&](extent c, bool here) {
                const overlap& s = structures[static_cast<std::size_t>(c)];
                const double p = static_cast<double>(gradient[c]);
                return of_overlap * ((here ? s.common_slope : 0) + s.predicted_slope * (by.squared ? 2 * p : 1));
            };
            double along = 0;  // softmax: what raises all probabilities alike changes none
            if constexpr (!each)
                for (extent c = first; c < channels; ++c)
                    along += static_cast<double>(gradient[c]) * slope(c, c == *truth);
            const double mean_weight = each ? 0 : of_entropy * detail::weight_of(by.class_weights, *truth);
            for (extent c = 0; c < channels; ++c) {
                const double p = static_cast<double>(gradient[c]);
                if constexpr (each) {
                    const double weight = of_entropy * detail::weight_of(by.class_weights, c);
                    const double towards = slope(c, truth[c] == 1) * p * (1 - p) + weight * (p - truth[c]);
                    gradient[c] = counts(truth[c]) ? static_cast<T>(towards) : T{0};
                } else {
                    const double own = c < first ? 0 : slope(c, c == *truth);
                    gradient[c] = static_cast<T>(p * (own - along) + mean_weight * (p - (c == *truth ? 1 : 0)));
                }
            }
        }
    }
    return total;
}

}  // namespace losses
}  // namespace CTNN_BACKEND
}  // namespace ctnn
