// SPDX-License-Identifier: MIT
/// \file
/// What a segmentation is worth: per structure and per case, and over cases.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "ctnn/train/metric/region_counts.hpp"
#include "ctnn/train/metric/surface_distance.hpp"

namespace ctnn {

/// One structure in one case. Lengths are in the unit of the spacing, volumes in its cube: mm and mm^3 for volumes.
///
/// The rule for empty regions: a structure that is neither in the truth nor in the prediction has no scores, all are
/// NaN; where it is in one of the two alone, Dice, IoU and surface Dice are 0 and distances are NaN.
/// summarize_segmentations() leaves NaN out of its means and says of how many cases they are.
struct structure_score {
    region_counts counts;
    double dice = 0, iou = 0, sensitivity = 0, specificity = 0;
    double volume_difference = 0;           ///< predicted - truth
    double relative_volume_difference = 0;  ///< the same as a share of the truth
    double hausdorff = 0, hausdorff95 = 0;  ///< as surface_distances::hausdorff(), also of 95 % of each surface
    double average_surface_distance = 0;    ///< symmetric
    double surface_dice = 0;                ///< at the tolerance
    [[nodiscard]] region_case which() const { return counts.which(); }
};

/// How segmentations are measured.
struct segmentation_options {
    double tolerance = 1;     ///< of the surface Dice, in the unit of the spacing
    bool background = false;  ///< is structure 0 measured as well?
    extent threads = 1;       ///< results do not depend on it
};

/// Measures one structure.
///
///     takes      labels of a prediction and of the truth, [slice][row][column]; extents and spacings in that order; an
///                image is one slice. Voxels whose true label is negative belong to neither region
template <class Predicted>
[[nodiscard]] structure_score score_structure(const Predicted* predicted, const std::int32_t* truth,
                                              const std::array<extent, 3>& extents,
                                              const std::array<double, 3>& spacing, std::int32_t structure,
                                              const segmentation_options& options = {}) {
    structure_score s;
    s.counts = count_region(predicted, truth, extents[0] * extents[1] * extents[2], structure);
    s.dice = s.counts.dice();
    s.iou = s.counts.iou();
    s.sensitivity = s.counts.sensitivity();
    s.specificity = s.counts.specificity();
    s.relative_volume_difference = s.counts.relative_difference();
    s.volume_difference =
        static_cast<double>(s.counts.predicted - s.counts.truth) * spacing[0] * spacing[1] * spacing[2];
    const surface_distances apart = measure_surfaces(
        [&](extent i) { return truth[i] >= 0 && static_cast<std::int32_t>(predicted[i]) == structure; },
        [&](extent i) { return truth[i] == structure; }, extents, spacing, options.threads);
    s.hausdorff = apart.hausdorff();
    s.hausdorff95 = apart.hausdorff(0.95);
    s.average_surface_distance = apart.average();
    s.surface_dice = apart.within(options.tolerance);
    if (s.which() == region_case::absent)
        s.specificity = s.volume_difference = std::numeric_limits<double>::quiet_NaN();
    return s;
}

/// Measures every structure from 1 to structures - 1, with options.background from 0: element k is the k-th measured.
template <class Predicted>
[[nodiscard]] std::vector<structure_score> score_segmentation(const Predicted* predicted, const std::int32_t* truth,
                                                              const std::array<extent, 3>& extents,
                                                              const std::array<double, 3>& spacing, extent structures,
                                                              const segmentation_options& options = {}) {
    std::vector<structure_score> scores;
    for (extent s = options.background ? 0 : 1; s < structures; ++s)
        scores.push_back(score_structure(predicted, truth, extents, spacing, static_cast<std::int32_t>(s), options));
    return scores;
}

/// Mean and standard deviation (of the sample: divided by count - 1) over the cases that have the score.
struct score_summary {
    double mean = std::numeric_limits<double>::quiet_NaN(), deviation = mean;
    extent count = 0;  ///< of cases that have it
};

/// One structure over cases.
struct structure_summary {
    score_summary dice, iou, sensitivity, specificity, volume_difference, relative_volume_difference, hausdorff,
        hausdorff95, average_surface_distance, surface_dice;
    extent cases = 0, absent = 0, missed = 0, invented = 0;  ///< the rest of the cases have it in both
};

namespace detail {

[[nodiscard, gnu::cold]] inline score_summary summarize(std::span<const structure_score> cases,
                                                        double structure_score::*score) {
    score_summary s;
    double sum = 0, squares = 0;
    for (const structure_score& one : cases) {
        if (std::isnan(one.*score)) continue;
        sum += one.*score;
        ++s.count;
    }
    if (s.count == 0) return s;
    s.mean = sum / static_cast<double>(s.count);
    for (const structure_score& one : cases)
        if (!std::isnan(one.*score)) squares += (one.*score - s.mean) * (one.*score - s.mean);
    if (s.count > 1) s.deviation = std::sqrt(squares / static_cast<double>(s.count - 1));
    return s;
}

}  // namespace detail

/// The scores of one structure in many cases, each case counted once.
[[nodiscard, gnu::cold]] inline structure_summary summarize_segmentations(std::span<const structure_score> cases) {
    const auto of = [&](double structure_score::*score) { return detail::summarize(cases, score); };
    using score = structure_score;
    structure_summary s{of(&score::dice),
                        of(&score::iou),
                        of(&score::sensitivity),
                        of(&score::specificity),
                        of(&score::volume_difference),
                        of(&score::relative_volume_difference),
                        of(&score::hausdorff),
                        of(&score::hausdorff95),
                        of(&score::average_surface_distance),
                        of(&score::surface_dice)};
    s.cases = static_cast<extent>(cases.size());
    for (const structure_score& one : cases) {
        s.absent += one.which() == region_case::absent;
        s.missed += one.which() == region_case::missed;
        s.invented += one.which() == region_case::invented;
    }
    return s;
}

}  // namespace ctnn
