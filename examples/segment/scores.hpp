// SPDX-License-Identifier: MIT
/// \file
/// What the masks of a set of cases are worth: measured, printed, written as a table.
#pragma once

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include <ctnn/ctnn.hpp>

#include "cases.hpp"

namespace segment {

/// Prints an error as one line for the program's user, and answers with the exit code.
inline int refuse(const nn::error& why) {
    std::fprintf(stderr, "segment: %s\n", why.what());
    return 2;
}

/// The scores of all cases: [case][structure], structure 0 being label 1.
struct case_scores {
    std::vector<std::string> names, structures;
    std::vector<std::vector<nn::structure_score>> scores;

    /// One structure in all cases.
    [[nodiscard]] nn::structure_summary of(std::size_t structure) const {
        std::vector<nn::structure_score> column;
        for (const auto& one : scores) column.push_back(one[structure]);
        return nn::summarize_segmentations(column);
    }
    [[nodiscard]] double mean_dice() const {
        double sum = 0;
        for (std::size_t s = 0; s < structures.size(); ++s) sum += of(s).dice.mean;
        return sum / static_cast<double>(structures.size());
    }
};

inline const char* name_of(nn::region_case which) {
    constexpr const char* names[] = {"found", "absent", "missed", "invented"};
    return names[static_cast<std::size_t>(which)];
}

/// A number for people: NaN is a dash.
inline std::string shown(double value, int decimals) {
    if (std::isnan(value)) return "-";
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

/// One row a structure, for print_scores() and the page: mean over the cases that have the score, and of how many.
inline std::vector<std::vector<std::string>> summary_rows(const case_scores& all) {
    std::vector<std::vector<std::string>> rows;
    for (std::size_t s = 0; s < all.structures.size(); ++s) {
        const nn::structure_summary m = all.of(s);
        rows.push_back({all.structures[s], shown(m.dice.mean, 4), shown(m.dice.deviation, 4), shown(m.iou.mean, 4),
                        shown(m.sensitivity.mean, 4), shown(m.hausdorff95.mean, 2),
                        shown(m.average_surface_distance.mean, 2), shown(m.surface_dice.mean, 4),
                        shown(100 * m.relative_volume_difference.mean, 1),
                        std::to_string(m.cases - m.absent - m.missed - m.invented), std::to_string(m.absent),
                        std::to_string(m.missed), std::to_string(m.invented)});
    }
    return rows;
}
inline const std::vector<std::string> summary_heading{"structure", "Dice",   "+-",           "IoU",      "sensitivity",
                                                      "HD95",      "ASSD",   "surface Dice", "volume %", "found",
                                                      "absent",    "missed", "invented"};

inline void print_scores(const case_scores& all) {
    std::size_t width = 10;
    for (const std::string& name : all.structures) width = std::max(width, name.size());
    const auto print = [&](const std::vector<std::string>& row) {
        std::printf("%-*s", static_cast<int>(width), row[0].c_str());
        for (std::size_t i = 1; i < row.size(); ++i)
            std::printf("  %*s", static_cast<int>(std::max<std::size_t>(summary_heading[i].size(), 6)), row[i].c_str());
        std::printf("\n");
    };
    print(summary_heading);
    for (const auto& row : summary_rows(all)) print(row);
    std::printf(
        "HD95 and ASSD in mm (pixels); means over the cases that have the score. A structure that is neither there "
        "nor\n"
        "predicted (absent) has none; one that is missed or invented has Dice 0 and no distance.\n\n");
}

/// A row for each case and structure.
inline nn::csv_table score_table(const case_scores& all) {
    nn::csv_table table({"case", "structure", "which", "dice", "iou", "sensitivity", "specificity", "hausdorff95",
                         "hausdorff", "average_surface_distance", "surface_dice", "volume_difference",
                         "relative_volume_difference", "predicted_voxels", "true_voxels"});
    for (std::size_t i = 0; i < all.names.size(); ++i)
        for (std::size_t s = 0; s < all.structures.size(); ++s) {
            const nn::structure_score& one = all.scores[i][s];
            std::vector<std::string> row{all.names[i], all.structures[s], name_of(one.which())};
            for (const double value : {one.dice, one.iou, one.sensitivity, one.specificity, one.hausdorff95,
                                       one.hausdorff, one.average_surface_distance, one.surface_dice,
                                       one.volume_difference, one.relative_volume_difference})
                row.push_back(std::isnan(value) ? std::string() : nn::to_text(value));
            row.push_back(std::to_string(one.counts.predicted));
            row.push_back(std::to_string(one.counts.truth));
            table.add(row);
        }
    return table;
}

/// "case_7   Dice 0.91 0.88"
inline std::string caption_of(const one_case& c, const std::vector<nn::structure_score>& scores) {
    std::string text = c.name;
    if (!scores.empty()) text += "   Dice";
    for (const nn::structure_score& one : scores) text += " " + shown(one.dice, 3);
    return text;
}

}  // namespace segment
