// SPDX-License-Identifier: MIT
/// \file
/// Volumes in MedMNIST's form.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ctnn/data/medmnist.hpp"
#include "ctnn/data/volume_input.hpp"

namespace ctnn {

namespace detail {

template <volume_shape Input, class From, class T>
[[nodiscard]] error medmnist_volumes(const array& images, double maximum, const medmnist_file& from,
                                     const input_scaling& scaling, const pipeline& preprocessing,
                                     dataset<Input, T>& to) {
    const std::vector<From> voxels = images.as<From>();
    const extent size = from.sample_size(), n = images.shape[0];
    to.inputs.resize(static_cast<std::size_t>(n * Input::size));
    volume v;
    v.grid = {from.depth, from.height, from.width, {}};
    v.channels = from.channels;
    for (extent i = 0; i < n; ++i) {
        v.values.clear();
        for (extent k = 0; k < size; ++k) {
            const double value = static_cast<double>(voxels[static_cast<std::size_t>(i * size + k)]) / maximum;
            if (!(value >= 0 && value <= 1))
                return {error_kind::not_finite, from.file,
                        "volume " + std::to_string(i) + ": a voxel is outside 0 to 1"};
            v.values.push_back(static_cast<float>(value));
        }
        if (!preprocessing.empty())
            if (error failed = preprocess_volume(v, preprocessing))
                return {failed.kind(), from.file, "volume " + std::to_string(i) + ": " + failed.message()};
        if (error failed = write_prepared<Input>(v, scaling, to.inputs.data() + i * Input::size))
            return {failed.kind(), from.file, failed.message()};
    }
    return {};
}

}  // namespace detail

/// The volumes of one split, cut or filled up with 0 around their middle: x = voxel * factor + shift, voxel from 0 to
/// 1 and then what the pipeline makes of it. The axes are those of the file; MedMNIST does not say how they lie in the
/// patient. Refuses images and other numbers of channels with shape_mismatch, floating-point voxels outside 0 to 1 with
/// not_finite, and what apply() and npz::read() refuse.
///
///     auto file = ctnn::open_medmnist("organmnist3d.npz");
///     auto train = ctnn::read_medmnist<net::input>(*file, ctnn::split_part::train, {2, -1});
template <volume_shape Input, class T = float>
[[nodiscard]] result<dataset<Input, T>> read_medmnist(const medmnist_file& from, split_part part,
                                                      const input_scaling& scaling = {},
                                                      const pipeline& preprocessing = {}) {
    return detail::catch_out_of_memory(from.file, [&]() -> result<dataset<Input, T>> {
        if (from.depth == 0)
            return error(error_kind::shape_mismatch, from.file, "holds images, where the network takes volumes");
        dataset<Input, T> data;
        detail::set_medmnist_labels(from, part, data);
        const result<array> images = detail::medmnist_array(from, part);
        if (!images) return images.error();
        error failed =
            images->type == element_type::u1
                ? detail::medmnist_volumes<Input, std::uint8_t>(*images, 255, from, scaling, preprocessing, data)
            : images->type == element_type::u2
                ? detail::medmnist_volumes<Input, std::uint16_t>(*images, 65535, from, scaling, preprocessing, data)
                : detail::medmnist_volumes<Input, double>(*images, 1, from, scaling, preprocessing, data);
        if (failed) return failed;
        return data;
    });
}

}  // namespace ctnn
