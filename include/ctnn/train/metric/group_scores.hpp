// SPDX-License-Identifier: MIT
/// \file
/// The same scores for each group of samples: by hospital, device, sex or age.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ctnn/train/metric/accuracy.hpp"
#include "ctnn/train/metric/confusion_matrix.hpp"
#include "ctnn/train/metric/roc_auc.hpp"

namespace ctnn {

/// What evaluation says of one group.
struct group_score {
    confusion_matrix matrix;  ///< its samples, from which precision, recall, specificity and more follow
    double auc = 0;           ///< as roc_auc: NaN where the group has one class alone
};

/// One score a group, in the order of the groups; a group without samples has an empty matrix and an AUC of NaN.
///
///     takes      scores [count][columns], labels [count], groups [count]; a sample whose label is negative or whose
///                group is outside [0, group_count) is left out
template <class T>
[[nodiscard]] std::vector<group_score> group_scores(const T* scores, extent columns, const std::int32_t* labels,
                                                    const std::int32_t* groups, extent count, extent group_count,
                                                    double threshold = 0.5) {
    std::vector<group_score> result;
    std::vector<std::int32_t> of_group(static_cast<std::size_t>(count));
    for (extent g = 0; g < group_count; ++g) {
        group_score& score = result.emplace_back(group_score{confusion_matrix(class_count(columns)), 0});
        for (extent i = 0; i < count; ++i) {
            const bool counts = groups[i] == g && labels[i] >= 0;
            of_group[static_cast<std::size_t>(i)] = counts ? labels[i] : -1;
            if (counts) score.matrix.add(labels[i], predicted_class(scores + i * columns, columns, threshold));
        }
        score.auc = roc_auc(scores, columns, of_group.data(), count);
    }
    return result;
}

}  // namespace ctnn
