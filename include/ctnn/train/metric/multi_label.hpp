// SPDX-License-Identifier: MIT
/// \file
/// Scores of several yes-or-no answers a sample, such as the findings in one image.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "ctnn/train/metric/average.hpp"
#include "ctnn/train/metric/confusion_matrix.hpp"
#include "ctnn/train/metric/f1_score.hpp"
#include "ctnn/train/metric/precision.hpp"
#include "ctnn/train/metric/precision_recall_curve.hpp"
#include "ctnn/train/metric/recall.hpp"
#include "ctnn/train/metric/roc_auc.hpp"
#include "ctnn/train/metric/specificity.hpp"

namespace ctnn {

/// A confusion matrix for each label, and how many samples are right as a whole.
///
/// A negative label leaves its answer out, and its sample counts as right when the other answers are.
///
///     ctnn::multi_label_counts found(14);
///     found.add(probabilities, labels, samples);
///     const double score = ctnn::f1_score(found, ctnn::average::macro);
class multi_label_counts {
public:
    explicit multi_label_counts(extent labels) : labels_(static_cast<std::size_t>(labels), confusion_matrix(2)) {}

    /// scores, labels: [count][labels()]. A score above the threshold says yes.
    template <class T>
    void add(const T* scores, const std::int32_t* labels, extent count, double threshold = 0.5) {
        for (extent i = 0; i < count; ++i) {
            bool right = true;
            for (confusion_matrix& matrix : labels_) {
                const extent answer = static_cast<double>(*scores++) > threshold ? 1 : 0;
                right = right && (*labels < 0 || *labels == answer);
                matrix.add(*labels++, answer);
            }
            ++samples_;
            right_ += right ? 1 : 0;
        }
    }

    [[nodiscard]] extent labels() const { return std::ssize(labels_); }
    /// The counts of one label: row the truth, column the answer, 0 no and 1 yes. \pre label is in [0, labels())
    [[nodiscard]] const confusion_matrix& operator[](extent label) const {
        return labels_[static_cast<std::size_t>(label)];
    }
    [[nodiscard]] std::int64_t samples() const { return samples_; }
    /// The samples of which every answer is right.
    [[nodiscard]] std::int64_t right() const { return right_; }

private:
    std::vector<confusion_matrix> labels_;
    std::int64_t samples_ = 0, right_ = 0;
};

namespace detail {

/// The average over the labels of a fraction of class "yes", weighted by how many samples have the label.
template <class Fraction>
[[nodiscard]] double averaged(const multi_label_counts& found, average how, const Fraction& of) {
    double sum = 0, weights = 0;
    fraction all;
    for (extent l = 0; l < found.labels(); ++l) {
        const fraction of_label = of(found[l], 1);
        const double weight = how == average::weighted ? static_cast<double>(found[l].support(1)) : 1.0;
        all.numerator += of_label.numerator;
        all.denominator += of_label.denominator;
        sum += weight * of_label.value();
        weights += weight;
    }
    if (how == average::micro) return all.value();
    return weights > 0 ? sum / weights : 0.0;
}

}  // namespace detail

/// Precision, recall, specificity and F1 score of "yes" over all labels; a label for which nothing was counted gives 0.
/// As scikit-learn's with zero_division=0.
[[nodiscard]] inline double precision(const multi_label_counts& found, average how) {
    return detail::averaged(found, how, detail::precision_fraction);
}
[[nodiscard]] inline double recall(const multi_label_counts& found, average how) {
    return detail::averaged(found, how, detail::recall_fraction);
}
[[nodiscard]] inline double specificity(const multi_label_counts& found, average how) {
    return detail::averaged(found, how, detail::specificity_fraction);
}
[[nodiscard]] inline double f1_score(const multi_label_counts& found, average how) {
    return detail::averaged(found, how, detail::f1_score_fraction);
}

/// The share of the samples of which every answer is right: scikit-learn's accuracy_score. 0 without samples.
[[nodiscard]] inline double subset_accuracy(const multi_label_counts& found) {
    return ratio(found.right(), found.samples());
}

/// The share of all answers that are wrong: scikit-learn's hamming_loss, and 1 - MedMNIST's accuracy. 0 without
/// answers.
[[nodiscard]] inline double hamming_loss(const multi_label_counts& found) {
    std::int64_t wrong = 0, answers = 0;
    for (extent l = 0; l < found.labels(); ++l) {
        answers += found[l].total();
        wrong += found[l].total() - found[l].correct();
    }
    return ratio(wrong, answers);
}

namespace detail {

/// The mean over the labels of what `of(label)` gives; labels without an answer (NaN) do not enter it.
template <class Of>
[[nodiscard]] double mean_over_labels(extent labels, const Of& of) {
    double sum = 0;
    extent answered = 0;
    for (extent l = 0; l < labels; ++l) {
        const double value = of(l);
        if (std::isnan(value)) continue;
        sum += value;
        ++answered;
    }
    return answered == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(answered);
}

}  // namespace detail

/// The mean area under the ROC curve of the labels, as MedMNIST and CheXNet report it.
///
///     takes      scores and truth [count][labels]; negative truths ignored
///     gives      0 to 1; a label that all or none of the samples have does not enter the mean; NaN when none is left
template <class T>
[[nodiscard]] double multi_label_auc(const T* scores, const std::int32_t* truth, extent count, extent labels) {
    std::vector<std::int32_t> column(static_cast<std::size_t>(count));
    return detail::mean_over_labels(labels, [&](extent l) {
        for (extent i = 0; i < count; ++i) column[static_cast<std::size_t>(i)] = truth[i * labels + l];
        return roc_auc_of_class(scores, labels, l, column.data(), count, 1);
    });
}

/// The mean average precision of the labels.
///
///     takes      scores and truth [count][labels]; negative truths ignored
///     gives      0 to 1; a label that no sample has does not enter the mean; NaN when none is left
template <class T>
[[nodiscard]] double mean_average_precision(const T* scores, const std::int32_t* truth, extent count, extent labels) {
    std::vector<std::int32_t> column(static_cast<std::size_t>(count));
    return detail::mean_over_labels(labels, [&](extent l) {
        for (extent i = 0; i < count; ++i) column[static_cast<std::size_t>(i)] = truth[i * labels + l];
        return average_precision(rank_scores(scores, labels, l, column.data(), count, 1));
    });
}

}  // namespace ctnn
