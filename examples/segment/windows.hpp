// SPDX-License-Identifier: MIT
/// \file
/// From volumes of any size to samples of the size of a network: one where it holds the volume, else several windows.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <ctnn/ctnn.hpp>

namespace segment {
namespace nn = ctnn;

/// How many windows of a volume are trained on: as many as cover it without overlap, but at most 8.
template <nn::volume_shape Input>
nn::extent windows_of(const nn::volume_grid& grid) {
    constexpr nn::dims in = nn::dims_of<Input>;
    const auto fit = [](nn::extent size, nn::extent window) { return (size + window - 1) / window; };
    return std::min<nn::extent>(
        8, fit(grid.depth, in.depth()) * fit(grid.height, in.height()) * fit(grid.width, in.width()));
}

/// Where a window around `middle` lies: moved so that it does not leave the volume; on an axis on which the volume is
/// smaller, around the volume.
template <nn::volume_shape Input>
nn::volume_placement window_around(const std::array<nn::extent, 3>& middle, const std::array<nn::extent, 3>& extents) {
    constexpr nn::dims in = nn::dims_of<Input>;
    nn::volume_placement p = nn::centered_placement(extents, {in.depth(), in.height(), in.width()});
    for (std::size_t n = 0; n < 3; ++n)
        if (extents[n] > p.to[n])
            p.shift[n] = -std::clamp<nn::extent>(middle[n] - p.to[n] / 2, 0, extents[n] - p.to[n]);
    return p;
}

/// Appends the windows of one prepared volume: every other one around a voxel of a structure, the rest anywhere.
template <nn::volume_shape Input>
nn::error append_windows(const nn::volume& image, const nn::label_volume& labels, const nn::input_scaling& scaling,
                         nn::random_stream random, nn::dataset<Input>& to) {
    const std::array<nn::extent, 3> extents = image.grid.extents();
    std::vector<nn::extent> marked;
    for (std::size_t i = 0; i < labels.values.size(); ++i)
        if (labels.values[i] > 0) marked.push_back(static_cast<nn::extent>(i));
    const nn::extent count = windows_of<Input>(image.grid);
    for (nn::extent k = 0; k < count; ++k) {
        std::array<nn::extent, 3> middle{};
        if (k % 2 == 0 && !marked.empty()) {
            const auto one = random.next_below(static_cast<nn::extent>(marked.size()));
            const nn::extent at = marked[static_cast<std::size_t>(one)];
            middle = {at / (extents[1] * extents[2]), at / extents[2] % extents[1], at % extents[2]};
        } else {
            for (std::size_t n = 0; n < 3; ++n) middle[n] = random.next_below(extents[n]);
        }
        const nn::volume_placement place = window_around<Input>(middle, extents);
        const auto seen = nn::place(image, place);
        if (!seen) return seen.error();
        const auto truth = nn::place(labels, place);
        if (!truth) return truth.error();
        for (const float value : seen->values)
            to.inputs.push_back(static_cast<float>(static_cast<double>(value) * scaling.factor + scaling.shift));
        to.labels.insert(to.labels.end(), truth->values.begin(), truth->values.end());
    }
    return {};
}

/// Reads volumes with their label maps, prepares them and cuts windows out, which the seed chooses.
template <nn::volume_shape Input>
nn::result<nn::dataset<Input>> read_windows(const nn::label_pairs& pairs, const nn::volume_preparation& by,
                                            const nn::input_scaling& scaling, nn::extent classes, nn::seed start) {
    nn::dataset<Input> data;
    for (std::size_t i = 0; i < pairs.images.size(); ++i) {
        const auto image = nn::read_volume(pairs.images[i]);
        if (!image) return image.error();
        const auto labels = nn::read_labels(pairs.labels[i], {.classes = classes});
        if (!labels) return labels.error();
        const auto in = [&](const nn::error& why) { return nn::error(why.kind(), pairs.images[i], why.message()); };
        if (labels->channels != 1 || !nn::same_place(labels->grid, image->grid))
            return in({nn::error_kind::shape_mismatch, "and its label map lie at different places"});
        if (image->channels != nn::dims_of<Input>.channels())
            return in({nn::error_kind::shape_mismatch, "has another number of channels than the first volume"});
        const auto prepared = nn::prepare(*image, by);
        if (!prepared) return in(prepared.error());
        const auto fitted = nn::resample_to(*labels, prepared->grid);  // of the nearest voxel; turned alone, the same
        if (!fitted) return in(fitted.error());
        constexpr std::uint64_t of_windows = std::uint64_t{7} << 61;
        if (auto failed = append_windows(*prepared, *fitted, scaling, {start, of_windows + i}, data)) return failed;
    }
    return data;
}

}  // namespace segment
