// SPDX-License-Identifier: MIT
/// \file
/// The area under the ROC curve.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "ctnn/core/order.hpp"
#include "ctnn/core/shape.hpp"

namespace ctnn {

/// The area under the ROC curve of one class against the others: the probability that a sample of the class scores
/// higher than one of another class, ties counting one half (Mann and Whitney's U over its maximum).
///
///     takes      scores [count][columns], of which column `column` is read; labels [count], negative ones ignored
///     gives      0 to 1; NaN when a score is NaN, or when the class or the others have no sample: no pair to rank
///     costs      a sort of count numbers
///
/// The counting is exact, so that neither the order of the samples nor ties change the result. As scikit-learn's
/// roc_auc_score: https://scikit-learn.org/stable/modules/generated/sklearn.metrics.roc_auc_score.html
template <class T>
[[nodiscard]] inline double roc_auc_of_class(const T* scores, extent columns, extent column, const std::int32_t* labels,
                                             extent count, std::int32_t positive) {
    constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
    struct ranked {
        T score;
        bool positive;
    };
    std::vector<ranked> samples;
    samples.reserve(static_cast<std::size_t>(count));
    for (extent i = 0; i < count; ++i) {
        if (labels[i] < 0) continue;
        const T score = scores[i * columns + column];
        if (std::isnan(score)) return undefined;
        samples.push_back({score, labels[i] == positive});
    }
    const std::vector<extent> order =
        detail::sorted_places(samples, [](const ranked& a, const ranked& b) { return a.score < b.score; });
    const auto at = [&](std::size_t rank) -> const ranked& { return samples[static_cast<std::size_t>(order[rank])]; };

    // Twice the number of pairs in the right order, one tie being one: an integer below 2^63 for two billion samples.
    std::int64_t positives = 0, negatives = 0, pairs = 0;
    for (std::size_t i = 0; i < order.size();) {
        std::int64_t tied_positives = 0, tied_negatives = 0;
        const T score = at(i).score;
        for (; i < order.size() && at(i).score == score; ++i)
            ++(at(i).positive ? tied_positives : tied_negatives);
        pairs += tied_positives * (2 * negatives + tied_negatives);
        positives += tied_positives;
        negatives += tied_negatives;
    }
    if (positives == 0 || negatives == 0) return undefined;
    return static_cast<double>(pairs) / (2.0 * static_cast<double>(positives) * static_cast<double>(negatives));
}

/// The area under the ROC curve of a classifier with `columns` outputs, as MedMNIST reports it: one or two outputs are
/// a binary problem (the last column is class 1's score), more are the mean of each class against the others.
///
///     takes      scores [count][columns], labels [count], negative ones ignored
///     gives      0 to 1; a class without samples does not enter the mean; NaN when a score is NaN or nothing is ranked
template <class T>
[[nodiscard]] inline double roc_auc(const T* scores, extent columns, const std::int32_t* labels, extent count) {
    if (columns <= 2) return roc_auc_of_class(scores, columns, columns - 1, labels, count, 1);
    for (extent i = 0; i < count * columns; ++i) {
        if (std::isnan(scores[i])) return std::numeric_limits<double>::quiet_NaN();
    }
    double sum = 0;
    extent ranked_classes = 0;
    for (extent c = 0; c < columns; ++c) {
        const double area = roc_auc_of_class(scores, columns, c, labels, count, static_cast<std::int32_t>(c));
        if (std::isnan(area)) continue;
        sum += area;
        ++ranked_classes;
    }
    return ranked_classes == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(ranked_classes);
}

}  // namespace ctnn
