// SPDX-License-Identifier: MIT
/// \file
/// Volumes in space: values on a grid of voxels and where they lie in the patient, to and from NIfTI.
///
/// The order in memory is ctnn's, shape<D, H, W, C> with channels contiguous. NIfTI's first axis is fastest, so its
/// axes (i, j, k) are (width, height, depth): a file of three axes, or of colors, is a volume without moving a voxel.
/// Axes behind the third (time, ...) become channels, which does move them.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/core/out_of_memory.hpp"
#include "ctnn/core/tensor.hpp"
#include "ctnn/io/nifti_labels.hpp"
#include "ctnn/io/nifti_write.hpp"

namespace ctnn {

/// A grid of voxels in space.
struct volume_grid {
    extent depth = 0, height = 0, width = 0;  ///< extents of NIfTI's axes k, j, i
    affine_transform affine;                  ///< from indices (i, j, k) = (column, row, slice) to millimeters

    /// The extents in the order of `affine`: (width, height, depth).
    [[nodiscard]] std::array<extent, 3> size() const { return {width, height, depth}; }
    /// The extents in the order of memory: (depth, height, width).
    [[nodiscard]] std::array<extent, 3> extents() const { return {depth, height, width}; }
    [[nodiscard]] extent positions() const { return depth * height * width; }
    bool operator==(const volume_grid&) const = default;
};

/// Do two grids of the same extents lie at the same place? No corner is farther from its other than a tenth of a voxel.
[[nodiscard]] inline bool same_place(const volume_grid& a, const volume_grid& b) {
    if (a.extents() != b.extents()) return false;
    const std::array<double, 3> spacing = a.affine.spacing();
    const double slack = 0.1 * std::fmin(spacing[0], std::fmin(spacing[1], spacing[2]));
    const std::array<extent, 3> size = a.size();
    for (int corner = 0; corner < 8; ++corner) {
        std::array<double, 3> index{};
        for (std::size_t n = 0; n < 3; ++n) index[n] = ((corner >> n) & 1) != 0 ? static_cast<double>(size[n] - 1) : 0;
        const std::array<double, 3> p = a.affine(index), q = b.affine(index);
        if (!(std::hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]) <= slack)) return false;
    }
    return true;
}

/// A volume of T: float for an image, std::int32_t for labels.
template <class T>
struct basic_volume {
    volume_grid grid;
    extent channels = 1;
    std::vector<T> values;  ///< (depth, height, width, channels), channels contiguous

    // What the file says besides; write_volume() writes it back.
    nifti_header header;
    std::vector<nifti_extension> extensions;

    /// \pre inside the volume
    [[nodiscard]] const T& at(extent z, extent y, extent x, extent channel = 0) const {
        return values[static_cast<std::size_t>(((z * grid.height + y) * grid.width + x) * channels + channel)];
    }
    [[nodiscard]] T& at(extent z, extent y, extent x, extent channel = 0) {
        return values[static_cast<std::size_t>(((z * grid.height + y) * grid.width + x) * channels + channel)];
    }
    /// The distance between voxels along width, height and depth, in millimeters (or the header's unit).
    [[nodiscard]] std::array<double, 3> spacing() const { return grid.affine.spacing(); }

    /// The values as a network of this shape reads them, without a copy. Refuses other extents with shape_mismatch;
    /// fit_to() makes them fit.
    template <static_shape Shape>
    [[nodiscard]] result<tensor_view<Shape, const T>> view() const {
        constexpr dims d = dims_of<Shape>;
        if (d.depth() != grid.depth || d.height() != grid.height || d.width() != grid.width || d.channels() != channels)
            return error(error_kind::shape_mismatch,
                         "a volume of " + std::to_string(grid.depth) + " x " + std::to_string(grid.height) + " x " +
                             std::to_string(grid.width) + " x " + std::to_string(channels) + " where a network takes " +
                             std::to_string(d.depth()) + " x " + std::to_string(d.height()) + " x " +
                             std::to_string(d.width()) + " x " + std::to_string(d.channels()));
        return tensor_view<Shape, const T>(values.data());
    }
};

/// Gray values, colors or time points, scaled, as a network reads them.
using volume = basic_volume<float>;
/// Classes of voxels.
using label_volume = basic_volume<std::int32_t>;

namespace detail {

/// Axes of a file in which channels come last, (channel, position), turned to (position, channel); each item is
/// `inner` numbers, the colors of a voxel.
template <class T>
[[nodiscard]] std::vector<T> channels_last(std::vector<T> values, extent channels, extent inner) {
    if (channels == 1) return values;
    std::vector<T> turned(values.size());
    const extent positions = static_cast<extent>(values.size()) / (channels * inner);
    for (extent c = 0; c < channels; ++c)
        for (extent p = 0; p < positions; ++p)
            for (extent n = 0; n < inner; ++n)
                turned[static_cast<std::size_t>((p * channels + c) * inner + n)] =
                    values[static_cast<std::size_t>((c * positions + p) * inner + n)];
    return turned;
}

/// The inverse of channels_last() for one number an item.
template <class T>
[[nodiscard]] std::vector<T> channels_first(const std::vector<T>& values, extent channels) {
    if (channels == 1) return values;
    std::vector<T> turned(values.size());
    const extent positions = static_cast<extent>(values.size()) / channels;
    for (extent p = 0; p < positions; ++p)
        for (extent c = 0; c < channels; ++c)
            turned[static_cast<std::size_t>(c * positions + p)] = values[static_cast<std::size_t>(p * channels + c)];
    return turned;
}

template <class T>
[[nodiscard]] basic_volume<T> volume_from(const nifti_image& image, std::vector<T>&& values) {
    const nifti_header& h = image.header;
    basic_volume<T> to;
    to.grid = {h.axis(3), h.axis(2), h.axis(1), h.affine()};
    const extent inner = find_nifti_type(h.datatype)->channels;
    const extent times = static_cast<extent>(values.size()) / (to.grid.positions() * inner);
    to.channels = times * inner;
    to.values = channels_last(std::move(values), times, inner);
    to.header = h;
    to.extensions = image.extensions;
    return to;
}

}  // namespace detail

/// The image's scaled values as float. Axes 4 to 7 become channels, fastest axis first; colors are the channels of
/// their voxel. Whole numbers above 2^24 are rounded to float.
/// \pre the image comes from a reader or from make_nifti()
[[nodiscard]] inline volume to_volume(const nifti_image& image) {
    return detail::volume_from(image, image.values<float>());
}

/// The image's labels; see nifti_labels(), which says what is refused.
[[nodiscard]] inline result<label_volume> to_label_volume(const nifti_image& image, const label_rules& rules = {},
                                                          const std::string& file = {}) {
    result<std::vector<std::int32_t>> labels = nifti_labels(image, rules, file);
    if (!labels) return labels.error();
    return detail::volume_from(image, *std::move(labels));
}

/// Reads a NIfTI file as a volume; see read_nifti().
[[nodiscard]] inline result<volume> read_volume(const std::string& path, std::int64_t budget = default_budget) {
    return detail::catch_out_of_memory(path, [&]() -> result<volume> {
        const result<nifti_image> image = read_nifti(path, budget);
        if (!image) return image.error();
        return to_volume(*image);
    });
}

/// Reads a NIfTI file of labels; see read_nifti() and nifti_labels().
[[nodiscard]] inline result<label_volume> read_labels(const std::string& path, const label_rules& rules = {},
                                                      std::int64_t budget = default_budget) {
    return detail::catch_out_of_memory(path, [&]() -> result<label_volume> {
        const result<nifti_image> image = read_nifti(path, budget);
        if (!image) return image.error();
        return to_label_volume(*image, rules, path);
    });
}

/// The volume as a NIfTI image: float32, or for labels the smallest of uint8, int16 and int32 that holds them all;
/// unscaled; several channels are the fourth axis, or the axes that the header has if they hold as many. The header's
/// other fields stay. If the volume lies where the header says, the header's transforms stay; else sform and qform are
/// set to the volume's, with the code that the header had, or 2 ("aligned").
/// \pre values.size() is positions * channels
template <class T>
[[nodiscard]] nifti_image to_nifti(const basic_volume<T>& from) {
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, std::int32_t>);
    nifti_image image;
    image.extensions = from.extensions;
    nifti_header& h = image.header = from.header;
    const nifti_type_entry* stored = find_nifti_type(h.datatype);
    extent times = stored != nullptr ? stored->channels : 1;
    for (extent i = 4; i <= 7; ++i) times *= h.axis(i);
    if (times != from.channels || (stored != nullptr && stored->channels > 1)) {
        h.dim = {from.channels > 1 ? 4 : 3, 1, 1, 1, from.channels, 1, 1, 1};
    }
    h.dim[0] = h.dim[0] < 3 ? 3 : h.dim[0];
    h.dim[1] = from.grid.width;
    h.dim[2] = from.grid.height;
    h.dim[3] = from.grid.depth;
    for (std::size_t i = 1; i <= 4; ++i)
        if (h.dim[i] > 32767) h.version = 2;
    if (!(h.affine() == from.grid.affine)) h.set_affine(from.grid.affine, h.space_code() == 0 ? 2 : h.space_code());
    h.scl_slope = 1;
    h.scl_inter = 0;

    const std::vector<extent> shape = detail::voxel_shape(h, 1);
    const std::vector<T> values = detail::channels_first(from.values, from.channels);
    if constexpr (std::is_floating_point_v<T>) {
        image.voxels = make_array(shape, values);
    } else {
        T low = 0, high = 0;
        for (const T value : values) {
            low = value < low ? value : low;
            high = value > high ? value : high;
        }
        if (low >= 0 && high <= 255)
            image.voxels = make_array(shape, std::vector<std::uint8_t>(values.begin(), values.end()));
        else if (low >= -32768 && high <= 32767)
            image.voxels = make_array(shape, std::vector<std::int16_t>(values.begin(), values.end()));
        else
            image.voxels = make_array(shape, values);
    }
    const nifti_type type = nifti_type_of(image.voxels.type);
    h.datatype = static_cast<std::int64_t>(type);
    h.bitpix = 8 * nifti_type_of(type).bytes;
    return image;
}

/// Writes a volume as .nii, .nii.gz or a pair; see to_nifti() and write_nifti().
template <class T>
[[nodiscard]] error write_volume(const std::string& path, const basic_volume<T>& from) {
    return detail::catch_out_of_memory(path, [&]() -> error { return write_nifti(path, to_nifti(from)); });
}

}  // namespace ctnn
