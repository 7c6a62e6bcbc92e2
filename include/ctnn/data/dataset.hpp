// SPDX-License-Identifier: MIT
/// \file
/// A data set in memory, of samples whose shape is known when it is compiled.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/core/shape.hpp"

namespace ctnn {

/// Samples of one shape with what is known of them. A network takes a data set of its own input shape and no other.
///
///     inputs       [sample][...Input], as the network is to see them
///     labels       class indices [sample][label]; one a sample for a classifier, one a position for a segmenter
///     values       numbers [sample][...output]: what to regress to
///     class_names  by class index; may be empty
///
/// A loss reads labels or values, and check of the loss says which it needs.
template <static_shape Input, class T = float>
struct dataset {
    using input = Input;
    using scalar = T;

    std::vector<T> inputs;
    std::vector<std::int32_t> labels;
    std::vector<T> values;
    std::vector<std::string> class_names;

    [[nodiscard]] extent size() const noexcept { return static_cast<extent>(inputs.size()) / Input::size; }
    [[nodiscard]] const T* input_of(extent sample) const noexcept { return inputs.data() + sample * Input::size; }

    /// error{} when the parts fit together: whole samples, and labels and values of the sizes that belong to them.
    [[nodiscard]] error check(extent labels_per_sample, extent values_per_sample) const {
        const extent n = size();
        if (n * Input::size != static_cast<extent>(inputs.size()))
            return {error_kind::shape_mismatch, "data set: " + std::to_string(inputs.size()) +
                                                    " numbers are no whole samples of " + std::to_string(Input::size)};
        if (n == 0) return {error_kind::invalid_argument, "data set: no samples"};
        if (!labels.empty() && static_cast<extent>(labels.size()) != n * labels_per_sample)
            return {error_kind::shape_mismatch, "data set: " + std::to_string(labels.size()) + " labels for " +
                                                    std::to_string(n) + " samples, expected " +
                                                    std::to_string(n * labels_per_sample)};
        if (!values.empty() && static_cast<extent>(values.size()) != n * values_per_sample)
            return {error_kind::shape_mismatch, "data set: " + std::to_string(values.size()) + " values for " +
                                                    std::to_string(n) + " samples, expected " +
                                                    std::to_string(n * values_per_sample)};
        return {};
    }
};

}  // namespace ctnn
