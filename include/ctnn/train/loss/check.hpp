// SPDX-License-Identifier: MIT
/// \file
/// What the losses check in their targets and weights before training, with the words they say it in.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>

#include "ctnn/core/error.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/core/text.hpp"
#include "ctnn/train/loss/target.hpp"

namespace ctnn::detail {

/// "hinge: sample 3: ...", or "hinge: sample 3, element 17: ..." when a sample has more than one: what was found there,
/// and what was expected.
[[nodiscard, gnu::cold, gnu::noinline]] inline error refuse_at(error_kind kind, const char* loss, extent index,
                                                               extent per_sample, const char* what, text_part found,
                                                               const std::string& expected) {
    const std::string place = per_sample > 1 ? text_of({", element ", index % per_sample}) : std::string{};
    return {kind,
            text_of({loss, ": sample ", index / per_sample, place, ": ", what, " ", found, ", expected ", expected})};
}

/// Refuses labels of `classes` and above; negative ones are ignored positions.
[[nodiscard, gnu::cold, gnu::noinline]] inline error check_labels(const char* loss, const std::int32_t* labels,
                                                                  extent samples, extent per_sample, extent classes) {
    for (extent i = 0; i < samples * per_sample; ++i)
        if (labels[i] >= classes)
            return refuse_at(error_kind::invalid_argument, loss, i, per_sample, "label", labels[i],
                             text_of({"0 to ", classes - 1, ", or a negative one to ignore it"}));
    return {};
}

/// Refuses values that are not finite, or outside [low, high].
template <class T>
[[nodiscard, gnu::cold, gnu::noinline]] inline error check_values(
    const char* loss, const T* values, extent samples, extent per_sample,
    double low = -std::numeric_limits<double>::infinity(), double high = std::numeric_limits<double>::infinity()) {
    for (extent i = 0; i < samples * per_sample; ++i) {
        const double value = static_cast<double>(values[i]);
        if (!std::isfinite(value))
            return refuse_at(error_kind::not_finite, loss, i, per_sample, "value", value, "a finite number");
        if (value >= low && value <= high) continue;
        return refuse_at(error_kind::invalid_argument, loss, i, per_sample, "value", value,
                         std::isfinite(high) ? text_of({low, " to ", high}) : text_of({"at least ", low}));
    }
    return {};
}

/// Refuses a weight that is negative or not finite; of several weights `index` is its place.
[[nodiscard, gnu::cold, gnu::noinline]] inline error check_weight(const char* loss, const char* name, double weight,
                                                                  extent index = -1) {
    if (std::isfinite(weight) && weight >= 0) return {};
    const std::string place = index < 0 ? std::string{} : text_of({" ", index});
    return {error_kind::invalid_argument,
            text_of({loss, ": ", name, place, " is ", weight, ", expected a finite number of at least 0"})};
}

/// Refuses a setting that is not finite or not above 0.
[[nodiscard, gnu::cold, gnu::noinline]] inline error check_positive(const char* loss, const char* name,
                                                                    double setting) {
    if (std::isfinite(setting) && setting > 0) return {};
    return {error_kind::invalid_argument,
            text_of({loss, ": ", name, " is ", setting, ", expected a finite number above 0"})};
}

/// Refuses a setting outside 0 to 1.
[[nodiscard, gnu::cold, gnu::noinline]] inline error check_share(const char* loss, const char* name, double setting) {
    if (setting >= 0 && setting <= 1) return {};
    return {error_kind::invalid_argument,
            text_of({loss, ": ", name, " is ", setting, ", expected a number from 0 to 1"})};
}

/// Refuses weights that are not one a channel, negative or not finite; no weights are fine.
[[nodiscard, gnu::cold, gnu::noinline]] inline error check_weights(const char* loss, const char* name,
                                                                   std::span<const double> weights, extent channels) {
    if (!weights.empty() && std::ssize(weights) != channels)
        return {error_kind::invalid_argument,
                text_of({loss, ": ", weights.size(), " ", name, "s, expected ", channels})};
    for (std::size_t c = 0; c < weights.size(); ++c)
        if (error failed = check_weight(loss, name, weights[c], static_cast<extent>(c))) return failed;
    return {};
}

/// The weight of channel c; 1 where no weights were given.
[[nodiscard]] inline double weight_of(std::span<const double> weights, extent c) {
    return c < std::ssize(weights) ? weights[static_cast<std::size_t>(c)] : 1.0;
}

/// Refuses a choice between fewer than two channels, and names the loss for a single one.
[[nodiscard, gnu::cold, gnu::noinline]] inline error check_choice(const char* loss, extent channels,
                                                                  const char* binary) {
    if (channels >= 2) return {};
    return {error_kind::invalid_argument,
            text_of({loss, ": one channel leaves no choice; give one channel a class, or use ", binary})};
}

/// Refuses a target without labels, and labels of `classes` and above.
template <class T>
[[nodiscard]] error check_has_labels(const char* loss, target<T> expected, extent samples, extent per_sample,
                                     extent classes) {
    if (expected.labels != nullptr) return check_labels(loss, expected.labels, samples, per_sample, classes);
    return {error_kind::invalid_argument, text_of({loss, ": the target has no labels; values are not read"})};
}

/// How many labels are in [0, classes): the others are no part of the loss.
[[nodiscard]] inline double count_of_labels(const std::int32_t* labels, extent count, extent classes) {
    extent counted = 0;
    for (extent i = 0; i < count; ++i) counted += labels[i] >= 0 && labels[i] < classes;
    return static_cast<double>(counted);
}

/// Refuses a target with both or none of labels and values.
[[nodiscard, gnu::cold, gnu::noinline]] inline error check_one_given(const char* loss, bool has_labels,
                                                                     bool has_values) {
    if (has_labels != has_values) return {};
    return {error_kind::invalid_argument,
            text_of({loss, has_labels ? ": the target has labels and values, expected one of them"
                                      : ": the target has neither labels nor values"})};
}

}  // namespace ctnn::detail
