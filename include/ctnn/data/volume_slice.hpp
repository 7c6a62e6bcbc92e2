// SPDX-License-Identifier: MIT
/// \file
/// Slices of volumes as images.
#pragma once

#include <cmath>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/data/volume.hpp"
#include "ctnn/io/image_types.hpp"

namespace ctnn {

/// The axis that a slice stands across.
enum class volume_axis : unsigned char {
    depth,   ///< rows are the volume's height, columns its width
    height,  ///< rows are its depth, columns its width
    width    ///< rows are its depth, columns its height
};

/// Number of slices across an axis.
[[nodiscard]] inline extent slice_count(const volume_grid& grid, volume_axis axis) {
    return axis == volume_axis::depth ? grid.depth : axis == volume_axis::height ? grid.height : grid.width;
}

/// One slice, in the order of the volume: row 0 is index 0. A volume in "LPS" gives radiology's picture across depth:
/// the patient's right on the left, the front on top. Spacings are not made equal. Refuses with invalid_argument a
/// slice that the volume does not have.
[[nodiscard]] inline result<float_image> slice(const volume& from, volume_axis axis, extent index) {
    const extent count = slice_count(from.grid, axis);
    if (index < 0 || index >= count)
        return error(error_kind::invalid_argument,
                     "slice " + std::to_string(index) + " of a volume with " + std::to_string(count));
    const bool across_depth = axis == volume_axis::depth, across_height = axis == volume_axis::height;
    float_image to;
    to.height = across_depth ? from.grid.height : from.grid.depth;
    to.width = axis == volume_axis::width ? from.grid.height : from.grid.width;
    to.channels = from.channels;
    to.values.reserve(static_cast<std::size_t>(to.height * to.width * to.channels));
    for (extent row = 0; row < to.height; ++row)
        for (extent column = 0; column < to.width; ++column)
            for (extent c = 0; c < to.channels; ++c)
                to.values.push_back(across_depth    ? from.at(index, row, column, c)
                                    : across_height ? from.at(row, index, column, c)
                                                    : from.at(row, column, index, c));
    return to;
}

/// Values as bytes for a picture: `black` and below is 0, `white` and above 255, between them linear and rounded; NaN
/// is 0. Pixels are (height, width, channels). \pre black < white
[[nodiscard]] inline std::vector<unsigned char> to_bytes(const float_image& from, float black, float white) {
    std::vector<unsigned char> to;
    to.reserve(from.values.size());
    for (const float value : from.values) {
        const float level = (value - black) / (white - black);
        to.push_back(!(level > 0) ? 0 : level >= 1 ? 255 : static_cast<unsigned char>(std::lround(255 * level)));
    }
    return to;
}

}  // namespace ctnn
