// SPDX-License-Identifier: MIT
/// \file
/// How a predicted and a true region overlap.
#pragma once

#include <cstdint>
#include <limits>

#include "ctnn/core/shape.hpp"

namespace ctnn {

/// Is a structure there, and was it found? What is neither there nor predicted has no scores; the others do.
enum class region_case : unsigned char {
    found,     ///< in the truth and in the prediction, wherever it lies
    absent,    ///< in neither: nothing can be measured, and every score is NaN
    missed,    ///< in the truth alone: Dice, IoU, sensitivity and surface Dice are 0, distances are NaN
    invented,  ///< in the prediction alone: likewise, but sensitivity is NaN
};

/// Voxels of one structure in a prediction and in the truth.
struct region_counts {
    std::int64_t common = 0;     ///< in both
    std::int64_t predicted = 0;  ///< in the prediction
    std::int64_t truth = 0;      ///< in the truth
    std::int64_t all = 0;        ///< that were looked at

    [[nodiscard]] constexpr region_case which() const {
        return truth > 0       ? predicted > 0 ? region_case::found : region_case::missed
               : predicted > 0 ? region_case::invented
                               : region_case::absent;
    }
    /// 2 common / (predicted + truth); NaN where both are empty.
    [[nodiscard]] constexpr double dice() const { return share(2 * common, predicted + truth); }
    /// common / (predicted or truth), also called Jaccard's index; NaN where both are empty.
    [[nodiscard]] constexpr double iou() const { return share(common, predicted + truth - common); }
    /// common / truth, also called recall; NaN where the truth is empty.
    [[nodiscard]] constexpr double sensitivity() const { return share(common, truth); }
    /// What lies in neither / what is not in the truth; NaN where the truth is everything.
    [[nodiscard]] constexpr double specificity() const { return share(all - predicted - truth + common, all - truth); }
    /// (predicted - truth) / truth; NaN where the truth is empty.
    [[nodiscard]] constexpr double relative_difference() const { return share(predicted - truth, truth); }
    bool operator==(const region_counts&) const = default;

private:
    static constexpr double share(std::int64_t part, std::int64_t whole) {
        return whole == 0 ? std::numeric_limits<double>::quiet_NaN()
                          : static_cast<double>(part) / static_cast<double>(whole);
    }
};

/// Counts one structure.
///
///     takes      labels of a prediction and of the truth, [count]; positions whose true label is negative are no part
///                of it
template <class Predicted>
[[nodiscard]] constexpr region_counts count_region(const Predicted* predicted, const std::int32_t* truth, extent count,
                                                   std::int32_t structure) {
    region_counts counts;
    for (extent i = 0; i < count; ++i) {
        if (truth[i] < 0) continue;
        const bool here = static_cast<std::int32_t>(predicted[i]) == structure, there = truth[i] == structure;
        counts.common += here && there;
        counts.predicted += here;
        counts.truth += there;
        ++counts.all;
    }
    return counts;
}

}  // namespace ctnn
