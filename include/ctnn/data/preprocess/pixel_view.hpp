// SPDX-License-Identifier: MIT
/// \file
/// Images and volumes of any size as the functions of preprocessing and augmentation see them.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/core/text.hpp"

namespace ctnn {

/// The extents of an image (depth 1) or of a volume.
struct pixel_extents {
    extent depth = 1, height = 0, width = 0, channels = 1;

    [[nodiscard]] constexpr extent positions() const { return depth * height * width; }
    [[nodiscard]] constexpr extent size() const { return positions() * channels; }
    /// Slices, rows and columns: the axes in the order of memory.
    [[nodiscard]] constexpr std::array<extent, 3> axes() const { return {depth, height, width}; }
    constexpr bool operator==(const pixel_extents&) const = default;
};

/// Pixels or voxels in someone's memory: [slice][row][column][channel], channels contiguous, which is the order of
/// images, volumes and data sets in all of ctnn.
template <class T>
struct pixel_view {
    pixel_extents extents;
    T* data = nullptr;

    pixel_view(const pixel_extents& of, T* pixels) : extents(of), data(pixels) {}
    /// What may be written may be read.
    template <class From>
    requires(!std::is_same_v<From, T> && std::is_same_v<const From, T>) pixel_view(const pixel_view<From>& from)
        : extents(from.extents), data(from.data) {}

    /// \pre inside the image
    [[nodiscard]] T& at(extent z, extent y, extent x, extent channel = 0) const {
        return data[((z * extents.height + y) * extents.width + x) * extents.channels + channel];
    }
    [[nodiscard]] T* begin() const { return data; }
    [[nodiscard]] T* end() const { return data + extents.size(); }
};

using image_view = pixel_view<float>;
using const_image_view = pixel_view<const float>;
/// The class of each pixel; a mask has one channel.
using mask_view = pixel_view<std::int32_t>;
using const_mask_view = pixel_view<const std::int32_t>;

/// The pixels of a float_image, or the voxels of a volume or label_volume.
template <class Image>
[[nodiscard]] auto view_of(Image& image) {
    using T = std::remove_reference_t<decltype(*image.values.data())>;
    if constexpr (requires { image.grid; })
        return pixel_view<T>({image.grid.depth, image.grid.height, image.grid.width, image.channels},
                             image.values.data());
    else
        return pixel_view<T>({1, image.height, image.width, image.channels}, image.values.data());
}

/// What lies outside an image. The rows show `abcd` with what is left and right of it.
enum class fill : unsigned char {
    nearest,   ///< aaaa abcd dddd
    constant,  ///< kkkk abcd kkkk
    reflect,   ///< dcba abcd dcba, scipy.ndimage's and Keras' reflect; numpy.pad calls it symmetric
    wrap       ///< abcd abcd abcd, scipy.ndimage's grid-wrap
};

/// The place inside [0, size) whose value stands at `at`, or -1 for fill::constant. \pre size > 0
[[nodiscard]] constexpr extent fill_place(extent at, extent size, fill outside) {
    if (at >= 0 && at < size) return at;
    if (outside == fill::constant) return -1;
    if (outside == fill::nearest) return at < 0 ? 0 : size - 1;
    const extent period = outside == fill::wrap ? size : 2 * size, rest = (at % period + period) % period;
    return rest < size ? rest : period - 1 - rest;
}

namespace detail {

/// Refuses images without pixels or memory.
[[nodiscard, gnu::cold, gnu::noinline]] inline error check_pixels(const char* function, const pixel_extents& e,
                                                                  const void* data) {
    if (e.depth > 0 && e.height > 0 && e.width > 0 && e.channels > 0 && data != nullptr) return {};
    return {error_kind::invalid_argument,
            text_of({function, ": an image of ", e.depth, " x ", e.height, " x ", e.width, " x ", e.channels,
                     data == nullptr ? " without memory" : "; every extent is at least 1"})};
}

/// Refuses what is not written to pixels of the same extents elsewhere.
template <class From, class To>
[[nodiscard]] error check_pair(const char* function, const From& from, const To& to) {
    if (error failed = check_pixels(function, from.extents, from.data)) return failed;
    if (!(from.extents == to.extents))
        return {error_kind::shape_mismatch, text_of({function, ": input and output differ in their extents"})};
    if (static_cast<const void*>(from.data) == static_cast<const void*>(to.data))
        return {error_kind::invalid_argument, text_of({function, ": the output needs memory of its own"})};
    return {};
}

/// Refuses a setting outside [low, high].
[[nodiscard, gnu::cold, gnu::noinline]] inline error check_between(const char* function, const char* name, double value,
                                                                   double low, double high) {
    if (value >= low && value <= high) return {};
    return {error_kind::invalid_argument,
            text_of({function, ": ", name, " is ", value, ", expected ", low, " to ", high})};
}

/// One line of an image along an axis: `count` places that lie `step` numbers apart, and how many lines there are.
/// Line n starts at (n / inner) * count * step + n % inner with inner = step.
struct lines_of_axis {
    extent count = 0, step = 0, lines = 0;
    lines_of_axis(const pixel_extents& e, std::size_t axis) {
        const std::array<extent, 3> size = e.axes();
        count = size[axis];
        step = e.channels;
        for (std::size_t n = axis + 1; n < 3; ++n) step *= size[n];
        lines = e.size() / count;
    }
    [[nodiscard]] extent start(extent line) const { return line / step * step * count + line % step; }
};

/// Calls work(values) with the values of each channel in turn, gathered, and writes them back.
template <class Work>
void for_each_channel(const image_view& image, const Work& work) {
    const auto step = static_cast<std::size_t>(image.extents.channels),
               count = static_cast<std::size_t>(image.extents.positions());
    std::vector<float> values(count);
    for (std::size_t c = 0; c < step; ++c) {
        for (std::size_t i = 0; i < count; ++i) values[i] = image.data[i * step + c];
        work(values);
        for (std::size_t i = 0; i < count; ++i) image.data[i * step + c] = values[i];
    }
}

}  // namespace detail
}  // namespace ctnn
