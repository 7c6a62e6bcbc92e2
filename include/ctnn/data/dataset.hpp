// SPDX-License-Identifier: MIT
/// \file
/// A data set in memory, of samples whose shape is known when it is compiled.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/core/text.hpp"

namespace ctnn {

namespace detail {
/// What a data set of so many numbers, labels and values is refused for.
[[nodiscard]] inline error check_sizes(extent inputs, extent input_size, extent labels, extent labels_per_sample,
                                       extent values, extent values_per_sample) {
    constexpr error_kind mismatch = error_kind::shape_mismatch;
    const extent n = inputs / input_size;
    if (n * input_size != inputs)
        return {mismatch, text_of({"data set: ", inputs, " numbers are no whole samples of ", input_size})};
    if (n == 0) return {error_kind::invalid_argument, "data set: no samples"};
    const auto refuse = [n](extent found, const char* what, extent expected) {
        return error(mismatch, text_of({"data set: ", found, what, " for ", n, " samples, expected ", expected}));
    };
    if (labels != 0 && labels != n * labels_per_sample) return refuse(labels, " labels", n * labels_per_sample);
    if (values != 0 && values != n * values_per_sample) return refuse(values, " values", n * values_per_sample);
    return {};
}
}  // namespace detail

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

    std::vector<T> inputs{};
    std::vector<std::int32_t> labels{};
    std::vector<T> values{};
    std::vector<std::string> class_names{};

    [[nodiscard]] extent size() const noexcept { return static_cast<extent>(inputs.size()) / Input::size; }
    [[nodiscard]] const T* input_of(extent sample) const noexcept { return inputs.data() + sample * Input::size; }

    /// error{} when the parts fit together: whole samples, and labels and values of the sizes that belong to them.
    [[nodiscard]] error check(extent labels_per_sample, extent values_per_sample) const {
        return detail::check_sizes(static_cast<extent>(inputs.size()), Input::size, static_cast<extent>(labels.size()),
                                   labels_per_sample, static_cast<extent>(values.size()), values_per_sample);
    }
};

}  // namespace ctnn
