// SPDX-License-Identifier: MIT
/// \file
/// Whether probabilities are kept as promised: reliability bins and the expected calibration error.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "ctnn/core/shape.hpp"
#include "ctnn/train/metric/predicted_class.hpp"

namespace ctnn {

/// The probabilities in (i / bins, (i + 1) / bins] and what came of them.
struct reliability_bin {
    extent count = 0;
    double promised = 0;  ///< the mean probability; 0 for an empty bin
    double kept = 0;      ///< the share of what came true; 0 for an empty bin
};

namespace detail {

/// Sorts (probability, came true) pairs into bins, whose edges are NumPy's linspace(0, 1, bins + 1).
class bin_sorter {
public:
    explicit bin_sorter(extent bins) : bins_(static_cast<std::size_t>(bins < 1 ? 1 : bins)) {}
    void add(double probability, bool came_true) {
        const double step = 1.0 / static_cast<double>(bins_.size());
        std::size_t i = 0;
        while (i + 1 < bins_.size() && probability > static_cast<double>(i + 1) * step) ++i;
        ++bins_[i].count;
        bins_[i].promised += probability;
        bins_[i].kept += came_true ? 1 : 0;
    }
    [[nodiscard]] std::vector<reliability_bin> finished() {
        for (reliability_bin& bin : bins_) {
            if (bin.count == 0) continue;
            bin.promised /= static_cast<double>(bin.count);
            bin.kept /= static_cast<double>(bin.count);
        }
        return bins_;
    }

private:
    std::vector<reliability_bin> bins_;
};

}  // namespace detail

/// Reliability of the probability of one class: how many of the samples given probability p are of that class.
///
///     takes      probabilities [count]; labels [count], 1 the class, 0 another, negative ignored; bins >= 1
///
/// As scikit-learn's calibration_curve, which leaves out empty bins:
/// https://scikit-learn.org/stable/modules/generated/sklearn.calibration.calibration_curve.html
template <class T>
[[nodiscard]] std::vector<reliability_bin> reliability_of_class(const T* probabilities, const std::int32_t* labels,
                                                                extent count, extent bins = 10) {
    detail::bin_sorter sorter(bins);
    for (extent i = 0; i < count; ++i)
        if (labels[i] >= 0) sorter.add(static_cast<double>(probabilities[i]), labels[i] == 1);
    return sorter.finished();
}

/// Reliability of the class that is chosen: how often the choice is right where its probability is p.
///
///     takes      probabilities [count][columns], a single column being the probability of class 1; labels [count],
///                negative ignored; bins >= 1
///
/// Guo et al., "On calibration of modern neural networks", ICML 2017, https://arxiv.org/abs/1706.04599
template <class T>
[[nodiscard]] std::vector<reliability_bin> reliability(const T* probabilities, extent columns,
                                                       const std::int32_t* labels, extent count, extent bins = 15) {
    detail::bin_sorter sorter(bins);
    for (extent i = 0; i < count; ++i) {
        if (labels[i] < 0) continue;
        const T* row = probabilities + i * columns;
        const extent chosen = predicted_class(row, columns);
        const double p = static_cast<double>(row[columns == 1 ? 0 : chosen]);
        sorter.add(columns == 1 && chosen == 0 ? 1 - p : p, chosen == labels[i]);
    }
    return sorter.finished();
}

/// Expected calibration error: the mean over the samples of |promised - kept| of their bins; 0 without samples.
[[nodiscard]] inline double expected_calibration_error(const std::vector<reliability_bin>& bins) {
    double sum = 0, count = 0;
    for (const reliability_bin& bin : bins) {
        sum += static_cast<double>(bin.count) * std::abs(bin.promised - bin.kept);
        count += static_cast<double>(bin.count);
    }
    return count > 0 ? sum / count : 0.0;
}

/// Maximum calibration error: the largest |promised - kept| of a bin that is not empty; 0 without samples.
[[nodiscard]] inline double maximum_calibration_error(const std::vector<reliability_bin>& bins) {
    double largest = 0;
    for (const reliability_bin& bin : bins)
        if (bin.count > 0) largest = std::max(largest, std::abs(bin.promised - bin.kept));
    return largest;
}

}  // namespace ctnn
