// SPDX-License-Identifier: MIT
/// \file
/// Volumes with label maps: a data set with a label at each voxel.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ctnn/data/read_samples.hpp"
#include "ctnn/data/volume_folder.hpp"

namespace ctnn {

namespace detail {

/// A label map on the grid of its prepared image, cut and filled up in the same way.
template <volume_shape Input>
[[nodiscard]] result<label_volume> fitted_labels(const label_volume& labels, const volume_grid& grid,
                                                 std::int32_t outside) {
    result<label_volume> turned = reorient(labels, "RAS");
    if (!turned) return turned.error();
    constexpr dims d = dims_of<Input>;
    const volume_placement placement = centered_placement(grid.extents(), {d.depth(), d.height(), d.width()});
    if (turned->grid == grid) return place(*turned, placement, outside);
    const result<label_volume> resampled = resample_to(*turned, grid, outside);
    if (!resampled) return resampled.error();
    return place(*resampled, placement, outside);
}

}  // namespace detail

/// Reads volumes and label maps of list_label_pairs() or read_decathlon() into a data set.
///
///     gives     inputs by write_volume_input(); labels [sample][slice][row][column], of the nearest voxel where the
///               preparation resamples, and `outside` where the network's grid reaches beyond the volume
///     refuses   with too_large more than the budget, before anything is read; otherwise what read_volume_input() and
///               read_labels() refuse, and with shape_mismatch a label map of other extents, of several channels or at
///               another place than its volume (same_place()). With `skipped`, such a pair is no failure: it leaves the
///               pairs, and its error is appended there
///
///     auto task = ctnn::read_decathlon("Task04_Hippocampus/dataset.json");
///     auto train = ctnn::read_labeled_volumes<net::input>(task->training, {}, {.classes = 3});
template <volume_shape Input, class T = float>
[[nodiscard]] result<dataset<Input, T>> read_labeled_volumes(label_pairs& pairs,
                                                             const volume_folder_options& options = {},
                                                             const label_rules& rules = {}, std::int32_t outside = 0,
                                                             std::vector<error>* skipped = nullptr) {
    return detail::read_samples<Input, T>(
        pairs, "volumes", options.budget, skipped, [&](std::size_t i, T* inputs, std::int32_t* to) -> error {
            const result<volume> v = read_volume(pairs.images[i], options.file_budget);
            if (!v) return v.error();
            const result<label_volume> labels = read_labels(pairs.labels[i], rules, options.file_budget);
            if (!labels) return labels.error();
            if (labels->channels != 1 || !same_place(v->grid, labels->grid))
                return {error_kind::shape_mismatch, pairs.labels[i],
                        "has other extents than " + pairs.images[i] + ", several channels, or lies at another place"};
            const result<volume> prepared = prepare(*v, options.preparation, options.preprocessing);
            if (!prepared) return detail::name_file(pairs.images[i], prepared.error());
            const result<label_volume> fitted = detail::fitted_labels<Input>(*labels, prepared->grid, outside);
            if (!fitted) return detail::name_file(pairs.labels[i], fitted.error());
            if (error failed = write_prepared<Input>(*prepared, options.scaling, inputs))
                return detail::name_file(pairs.images[i], failed);
            for (const std::int32_t label : fitted->values) *to++ = label;
            return {};
        });
}

}  // namespace ctnn
