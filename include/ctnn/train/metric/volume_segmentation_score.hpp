// SPDX-License-Identifier: MIT
/// \file
/// The scores of a segmentation of a volume, in millimeters. Needs volumes; to include this file is to ask for them.
#pragma once

#include <string>
#include <vector>

#include "ctnn/data/volume.hpp"
#include "ctnn/train/metric/segmentation_score.hpp"

namespace ctnn {

/// Measures every structure of a label map against the truth; see score_segmentation().
///
/// Spacings are those of the volumes' transform. Refuses with shape_mismatch label maps of other extents, of several
/// channels or at another place (same_place()), with invalid_argument a transform that cannot be inverted.
///
///     const auto scores = ctnn::score_segmentation(predicted, truth, 3);
[[nodiscard]] inline result<std::vector<structure_score>> score_segmentation(const label_volume& predicted,
                                                                             const label_volume& truth,
                                                                             extent structures,
                                                                             const segmentation_options& options = {}) {
    if (predicted.channels != 1 || truth.channels != 1 || !same_place(predicted.grid, truth.grid))
        return error(error_kind::shape_mismatch,
                     "the label maps have other extents or several channels, or lie at other places");
    if (!detail::invertible(truth.grid.affine))
        return error(error_kind::invalid_argument, "a transform that cannot be inverted gives no distances");
    const auto [along_width, along_height, along_depth] = truth.spacing();
    return score_segmentation(predicted.values.data(), truth.values.data(), truth.grid.extents(),
                              {along_depth, along_height, along_width}, structures, options);
}

}  // namespace ctnn
