// SPDX-License-Identifier: MIT
/// \file
/// From a volume of any orientation, spacing and size to the numbers that a network reads: the one way for training,
/// evaluation and prediction.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/core/input_scaling.hpp"
#include "ctnn/core/pipeline.hpp"
#include "ctnn/core/volume_preparation.hpp"
#include "ctnn/data/preprocess/apply.hpp"
#include "ctnn/data/volume_crop.hpp"
#include "ctnn/data/volume_orientation.hpp"
#include "ctnn/data/volume_resample.hpp"

namespace ctnn {

/// Shapes that a volume can be brought to: shape<D, H, W, C>.
template <class Input>
concept volume_shape = static_shape<Input> && dims_of<Input>
.rank == 4;

namespace detail {

/// The value below which a share of the values lies: that of rank share * (count - 1), rounded down.
/// \pre there are values, all finite
[[nodiscard]] inline float percentile(std::vector<float>& values, double share) {
    const auto rank = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + rank, values.end());
    return values[static_cast<std::size_t>(rank)];
}

/// Brings the values of one channel to 0 to 1.
inline void rescale(volume& v, extent channel, const volume_preparation& by) {
    double low = by.low, high = by.high;
    const auto step = static_cast<std::size_t>(v.channels), first = static_cast<std::size_t>(channel);
    if (low == high) {
        std::vector<float> values;
        values.reserve(v.values.size() / step);
        for (std::size_t i = first; i < v.values.size(); i += step) values.push_back(v.values[i]);
        low = static_cast<double>(percentile(values, 0.01));
        high = static_cast<double>(percentile(values, 0.99));
    }
    for (std::size_t i = first; i < v.values.size(); i += step) {
        const double level = high > low ? (static_cast<double>(v.values[i]) - low) / (high - low) : 0;
        v.values[i] = static_cast<float>(std::clamp(level, 0.0, 1.0));
    }
}

/// Does a pipeline to the voxels. Refuses other extents as its end: the voxels would have lost their place.
[[nodiscard]] inline error preprocess_volume(volume& v, const pipeline& by) {
    const pixel_extents before{v.grid.depth, v.grid.height, v.grid.width, v.channels};
    pixel_extents extents = before;
    if (error failed = apply(by, extents, v.values)) return failed;
    if (extents == before) return {};
    return {error_kind::shape_mismatch, "pipeline: resizes a volume; its voxels are resampled by their spacing"};
}

}  // namespace detail

/// The volume turned to RAS, resampled, and with values from 0 to 1; or, where a pipeline is given, with what that
/// makes of the values of the file (HU in a CT). Refuses what reorient(), resample_to_spacing() and apply() refuse, NaN
/// and infinity with not_finite, and a pipeline that resizes with shape_mismatch.
[[nodiscard]] inline result<volume> prepare(const volume& from, const volume_preparation& by,
                                            const pipeline& preprocessing = {}) {
    result<volume> turned = reorient(from, "RAS");
    if (!turned) return turned.error();
    volume v = std::move(*turned);
    if (by.resamples()) {
        result<volume> resampled = resample_to_spacing(v, by.spacing);
        if (!resampled) return resampled.error();
        v = std::move(*resampled);
    }
    for (std::size_t i = 0; i < v.values.size(); ++i)
        if (!std::isfinite(v.values[i])) {
            const auto at = static_cast<extent>(i) / v.channels;
            return error(error_kind::not_finite, "NaN or infinity, turned to RAS at voxel (" +
                                                     std::to_string(at % v.grid.width) + ", " +
                                                     std::to_string(at / v.grid.width % v.grid.height) + ", " +
                                                     std::to_string(at / (v.grid.width * v.grid.height)) + ")");
        }
    if (preprocessing.empty())
        for (extent channel = 0; channel < v.channels; ++channel) detail::rescale(v, channel, by);
    else if (error failed = detail::preprocess_volume(v, preprocessing))
        return failed;
    return v;
}

/// Writes a prepared volume, cut or filled up with 0 around its middle. Refuses what fit_to() refuses.
template <volume_shape Input, class T>
[[nodiscard]] error write_prepared(const volume& prepared, const input_scaling& scaling, T* to) {
    const result<volume> fitted = fit_to<Input>(prepared);
    if (!fitted) return fitted.error();
    for (const float value : fitted->values)
        *to++ = static_cast<T>(static_cast<double>(value) * scaling.factor + scaling.shift);
    return {};
}

/// Writes a volume as a network of this input sees it.
///
///     takes    a volume of any orientation, spacing and extents with the input's number of channels
///     gives    Input::size numbers, [slice][row][column][channel]: slices go to the top, rows to the front, columns to
///              the right (RAS); x = value * factor + shift, where preparation or pipeline made value
///     converts the spacing by resample_to_spacing(); the extents by cutting or filling up around the middle, with what
///              value 0 becomes; each channel's values by themselves
///     refuses  what prepare() refuses, and another number of channels as shape_mismatch
template <volume_shape Input, class T>
[[nodiscard]] error write_volume_input(const volume& from, const volume_preparation& preparation,
                                       const input_scaling& scaling, T* to, const pipeline& preprocessing = {}) {
    if (from.channels != dims_of<Input>.channels())
        return {error_kind::shape_mismatch, "a volume of " + std::to_string(from.channels) +
                                                " channels where a network takes " +
                                                std::to_string(dims_of<Input>.channels())};
    const result<volume> v = prepare(from, preparation, preprocessing);
    if (!v) return v.error();
    return write_prepared<Input>(*v, scaling, to);
}

}  // namespace ctnn
