// SPDX-License-Identifier: MIT
/// \file
/// How often each class was taken for each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ctnn/core/shape.hpp"
#include "ctnn/train/metric/predicted_class.hpp"

namespace ctnn {

/// Counts of (true class, predicted class), from which accuracy, precision, recall, specificity and f1_score follow.
///
/// A pair with a class outside [0, classes), as an ignored label is, enters no count but `skipped`.
/// Row and column as in scikit-learn's confusion_matrix: row the truth, column the prediction.
///
///     ctnn::confusion_matrix matrix(3);
///     matrix.add(scores, 3, labels, samples);
///     const double score = ctnn::accuracy(matrix);
class confusion_matrix {
public:
    /// \pre classes >= 0
    explicit confusion_matrix(extent classes)
        : classes_(classes), counts_(static_cast<std::size_t>(classes * classes)) {}

    void add(extent true_class, extent predicted, std::int64_t times = 1) {
        if (in_range(true_class) && in_range(predicted))
            counts_[at(true_class, predicted)] += times;
        else
            skipped_ += times;
    }

    /// scores: [count][columns], labels: [count]. Adds the class that each row chooses, as predicted_class.
    template <class T>
    void add(const T* scores, extent columns, const std::int32_t* labels, extent count, double threshold = 0.5) {
        for (extent i = 0; i < count; ++i) add(labels[i], predicted_class(scores + i * columns, columns, threshold));
    }

    [[nodiscard]] extent classes() const { return classes_; }
    /// \pre both classes are in [0, classes())
    [[nodiscard]] std::int64_t operator()(extent true_class, extent predicted) const {
        return counts_[at(true_class, predicted)];
    }

    /// All pairs that were counted.
    [[nodiscard]] std::int64_t total() const {
        std::int64_t sum = 0;
        for (const std::int64_t count : counts_) sum += count;
        return sum;
    }
    /// Those of them that were predicted right.
    [[nodiscard]] std::int64_t correct() const {
        std::int64_t sum = 0;
        for (extent c = 0; c < classes_; ++c) sum += (*this)(c, c);
        return sum;
    }
    /// Pairs left out because a class of theirs is outside the matrix.
    [[nodiscard]] std::int64_t skipped() const { return skipped_; }
    /// How many samples belong to the class: scikit-learn's support.
    [[nodiscard]] std::int64_t support(extent true_class) const {
        std::int64_t sum = 0;
        for (extent p = 0; p < classes_; ++p) sum += (*this)(true_class, p);
        return sum;
    }
    /// How many samples were taken for the class.
    [[nodiscard]] std::int64_t predictions(extent predicted) const {
        std::int64_t sum = 0;
        for (extent t = 0; t < classes_; ++t) sum += (*this)(t, predicted);
        return sum;
    }

private:
    [[nodiscard]] bool in_range(extent c) const { return c >= 0 && c < classes_; }
    [[nodiscard]] std::size_t at(extent t, extent p) const { return static_cast<std::size_t>(t * classes_ + p); }

    extent classes_ = 0;
    std::int64_t skipped_ = 0;
    std::vector<std::int64_t> counts_;
};

}  // namespace ctnn
