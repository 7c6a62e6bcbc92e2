// SPDX-License-Identifier: MIT
/// \file
/// The scores of each group of samples as a table of text.
#pragma once

#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "ctnn/report/classification_report.hpp"
#include "ctnn/train/metric/group_scores.hpp"
#include "ctnn/train/metric/specificity.hpp"

namespace ctnn {

/// Samples, accuracy, area under the ROC curve, sensitivity and specificity of each group, a line a group, in the form
/// of classification_report. Of two classes, sensitivity and specificity are class 1's; of more, macro averages. What a
/// group cannot answer is "-": the area of one class alone, and all of a group without samples.
///
///     takes      names, one a group; a group beyond them is called by its index. digits, 0 to 30 behind the point
///
///     const auto scores = ctnn::group_scores(probabilities, 1, labels, hospitals, samples, 3);
///     const std::string table = ctnn::group_report(scores, names);
[[nodiscard, gnu::cold]] inline std::string group_report(const std::vector<group_score>& groups,
                                                         std::span<const std::string> names = {}, int digits = 2) {
    digits = std::clamp(digits, 0, 30);
    std::vector<std::string> headings;
    std::size_t width = 0;
    for (std::size_t g = 0; g < groups.size(); ++g) {
        headings.push_back(g < names.size() ? names[g] : std::to_string(g));
        width = std::max(width, detail::character_count(headings.back()));
    }
    std::string text = std::string(width, ' ');
    for (const char* title : {"samples", "accuracy", "auc", "sensitivity", "specificity"})
        text += "  " + detail::right_aligned(title, 11);
    text += "\n\n";
    for (std::size_t g = 0; g < groups.size(); ++g) {
        const confusion_matrix& matrix = groups[g].matrix;
        const bool binary = matrix.classes() == 2, any = matrix.total() > 0;
        const auto cell = [&](double value, bool answered) {
            text += "  " + detail::right_aligned(
                               any && answered && !std::isnan(value) ? detail::fixed(value, digits) : "-", 11);
        };
        text += detail::right_aligned(headings[g], width);
        text += "  " + detail::right_aligned(std::to_string(matrix.total()), 11);
        cell(accuracy(matrix), true);
        cell(groups[g].auc, true);
        cell(binary ? recall(matrix, 1) : recall(matrix, average::macro), !binary || matrix.support(1) > 0);
        cell(binary ? specificity(matrix, 1) : specificity(matrix, average::macro), !binary || matrix.support(0) > 0);
        text += '\n';
    }
    return text;
}

}  // namespace ctnn
