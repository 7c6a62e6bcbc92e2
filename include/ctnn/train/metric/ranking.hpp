// SPDX-License-Identifier: MIT
/// \file
/// Samples in the order of their scores: what the curves, areas and thresholds of a yes-or-no decision are read from.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "ctnn/core/order.hpp"
#include "ctnn/core/shape.hpp"

namespace ctnn {

/// What comes out when every score of at least `threshold` is taken for positive.
struct operating_point {
    double threshold = std::numeric_limits<double>::quiet_NaN();
    std::int64_t true_positives = 0, false_positives = 0, positives = 0, negatives = 0;

    /// The share of the positives that are found (recall, true positive rate); NaN without positives.
    [[nodiscard]] double sensitivity() const { return share(true_positives, positives); }
    /// The share of the negatives that are left alone; NaN without negatives.
    [[nodiscard]] double specificity() const { return share(negatives - false_positives, negatives); }
    /// 1 - specificity, from the counts.
    [[nodiscard]] double false_positive_rate() const { return share(false_positives, negatives); }
    /// The share of what is taken for positive that is; NaN where nothing is taken.
    [[nodiscard]] double precision() const { return share(true_positives, true_positives + false_positives); }

private:
    static double share(std::int64_t part, std::int64_t whole) {
        return whole == 0 ? std::numeric_limits<double>::quiet_NaN()
                          : static_cast<double>(part) / static_cast<double>(whole);
    }
};

/// Scores against truth, sorted once and then asked for curves, areas and thresholds.
///
///     points     an operating point for each different score, the highest threshold first; equal scores share a point
///     ranked     false where a score is NaN or nothing is labelled: every question is then answered by NaN or nothing
struct ranking {
    std::vector<operating_point> points;
    std::int64_t positives = 0, negatives = 0;
    bool ranked = false;

    /// Where nothing is taken for positive: the first point of a ROC curve, with threshold infinity.
    [[nodiscard]] operating_point none_taken() const {
        return {std::numeric_limits<double>::infinity(), 0, 0, positives, negatives};
    }
    /// Are there both positives and negatives?
    [[nodiscard]] bool has_both() const { return ranked && positives > 0 && negatives > 0; }
};

/// Ranks column `column` of the scores [count][columns] as scores of class `positive` against all others.
///
///     takes      labels [count], negative ones ignored
///     costs      a sort of count numbers
template <class T>
[[nodiscard]] ranking rank_scores(const T* scores, extent columns, extent column, const std::int32_t* labels,
                                  extent count, std::int32_t positive) {
    struct scored {
        T score;
        bool positive;
    };
    std::vector<scored> samples;
    samples.reserve(static_cast<std::size_t>(count));
    ranking result;
    for (extent i = 0; i < count; ++i) {
        if (labels[i] < 0) continue;
        const T score = scores[i * columns + column];
        if (std::isnan(score)) return {};
        samples.push_back({score, labels[i] == positive});
        ++(labels[i] == positive ? result.positives : result.negatives);
    }
    const std::vector<extent> order =
        detail::sorted_places(samples, [](const scored& a, const scored& b) { return a.score > b.score; });
    const auto at = [&](std::size_t rank) -> const scored& { return samples[static_cast<std::size_t>(order[rank])]; };
    operating_point point = result.none_taken();
    for (std::size_t i = 0; i < samples.size();) {
        const T score = at(i).score;
        for (; i < samples.size() && at(i).score == score; ++i)
            ++(at(i).positive ? point.true_positives : point.false_positives);
        point.threshold = static_cast<double>(score);
        result.points.push_back(point);
    }
    result.ranked = !samples.empty();
    return result;
}

/// Ranks one score a sample; label 1 is positive, 0 negative, a negative one is ignored.
///
///     const auto ranked = ctnn::rank_scores(found.probabilities.data(), labels.data(), samples);
///     const double precision = ctnn::average_precision(ranked);
template <class T>
[[nodiscard]] ranking rank_scores(const T* scores, const std::int32_t* labels, extent count) {
    return rank_scores(scores, 1, 0, labels, count, 1);
}

}  // namespace ctnn
