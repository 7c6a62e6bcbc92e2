// SPDX-License-Identifier: MIT
/// \file
/// How often the truth is among the k likeliest classes.
#pragma once

#include <cstdint>

#include "ctnn/core/shape.hpp"

namespace ctnn {

/// The share of the samples whose label is among the k highest of their scores; of equal scores the first comes first,
/// so that k = 1 is the accuracy of predicted_class. A label whose score is NaN comes last.
///
///     takes      scores [count][columns], labels [count]; a label outside the columns is ignored
///     gives      0 to 1; 0 when no label counts; 1 when k is at least columns
///
/// As scikit-learn's top_k_accuracy_score, which of equal scores takes the last first:
/// https://scikit-learn.org/stable/modules/generated/sklearn.metrics.top_k_accuracy_score.html
template <class T>
[[nodiscard]] double top_k_accuracy(const T* scores, extent columns, const std::int32_t* labels, extent count,
                                    extent k) {
    extent counted = 0, found = 0;
    for (extent i = 0; i < count; ++i) {
        const extent label = labels[i];
        if (label < 0 || label >= columns) continue;
        const T* row = scores + i * columns;
        extent before = 0;
        for (extent c = 0; c < columns; ++c)
            before += c != label && (c < label ? !(row[c] < row[label]) : !(row[c] <= row[label]));
        ++counted;
        found += before < k;
    }
    return counted == 0 ? 0.0 : static_cast<double>(found) / static_cast<double>(counted);
}

}  // namespace ctnn
