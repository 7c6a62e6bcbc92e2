// SPDX-License-Identifier: MIT
/// \file
/// What the losses check in their targets and weights before training, with the words they say it in.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "ctnn/core/error.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/core/text.hpp"

namespace ctnn::detail {

/// "sample 3", or "sample 3, element 17" when a sample has more than one.
[[nodiscard]] inline std::string place_of(extent index, extent per_sample) {
    std::string text = "sample " + std::to_string(index / per_sample);
    if (per_sample > 1) text += ", element " + std::to_string(index % per_sample);
    return text;
}

/// Refuses labels of `classes` and above; negative ones are ignored positions.
[[nodiscard]] inline error check_labels(const char* loss, const std::int32_t* labels, extent samples, extent per_sample,
                                        extent classes) {
    for (extent i = 0; i < samples * per_sample; ++i) {
        if (labels[i] < classes) continue;
        return {error_kind::invalid_argument, std::string(loss) + ": " + place_of(i, per_sample) + ": label " +
                                                  std::to_string(labels[i]) + ", expected 0 to " +
                                                  std::to_string(classes - 1) + ", or a negative one to ignore it"};
    }
    return {};
}

/// Refuses values that are not finite, or outside [low, high].
template <class T>
[[nodiscard]] inline error check_values(const char* loss, const T* values, extent samples, extent per_sample,
                                        double low = -std::numeric_limits<double>::infinity(),
                                        double high = std::numeric_limits<double>::infinity()) {
    for (extent i = 0; i < samples * per_sample; ++i) {
        const double value = static_cast<double>(values[i]);
        if (!std::isfinite(value)) {
            return {error_kind::not_finite, std::string(loss) + ": " + place_of(i, per_sample) + ": value " +
                                                to_text(value) + ", expected a finite number"};
        }
        if (value >= low && value <= high) continue;
        return {error_kind::invalid_argument,
                std::string(loss) + ": " + place_of(i, per_sample) + ": value " + to_text(value) + ", expected " +
                    (std::isfinite(high) ? to_text(low) + " to " + to_text(high) : "at least " + to_text(low))};
    }
    return {};
}

/// Refuses a weight that is negative or not finite.
[[nodiscard]] inline error check_weight(const char* loss, const std::string& name, double weight) {
    if (std::isfinite(weight) && weight >= 0) return {};
    return {error_kind::invalid_argument,
            std::string(loss) + ": " + name + " is " + to_text(weight) + ", expected a finite number of at least 0"};
}

/// Refuses a target with both or none of labels and values.
[[nodiscard]] inline error check_one_given(const char* loss, bool has_labels, bool has_values) {
    if (has_labels != has_values) return {};
    return {error_kind::invalid_argument,
            std::string(loss) + (has_labels ? ": the target has labels and values, expected one of them"
                                            : ": the target has neither labels nor values")};
}

}  // namespace ctnn::detail
