// SPDX-License-Identifier: MIT
/// \file
/// Images as numbers, and the conversions between them, each by a stated formula.
#pragma once

#include <cstdint>
#include <vector>

#include "ctnn/core/shape.hpp"
#include "ctnn/io/image_format.hpp"

namespace ctnn {

/// An image as a file holds it: pixels (height, width, channels), channels contiguous; gray has 1 channel, color 3
/// (red, green, blue). Values are those of the file, 0 to `maximum`, so 16 bits stay 16 bits; gamma and color
/// profiles are not applied.
struct image {
    extent height = 0, width = 0, channels = 0;
    extent maximum = 255;  ///< the value of full brightness: 255, 65535, or what a PNM file states
    std::vector<std::uint16_t> pixels;

    // What the file was, so that no conversion is silent.
    image_format format = image_format::png;
    extent file_channels = 0;    ///< 1 gray, 2 gray and alpha, 3 color, 4 color and alpha
    bool palette = false;        ///< colors were looked up in a table
    extent orientation = 1;      ///< the EXIF orientation of the file, 1 to 8; 1 is upright
    bool alpha_removed = false;  ///< the file has an alpha channel, which is not part of `pixels`

    /// \pre inside the image
    [[nodiscard]] std::uint16_t at(extent y, extent x, extent channel) const {
        return pixels[static_cast<std::size_t>((y * width + x) * channels + channel)];
    }
};

/// An image as a network reads it: values (height, width, channels), channels contiguous.
struct float_image {
    extent height = 0, width = 0, channels = 0;
    std::vector<float> values;

    /// \pre inside the image
    [[nodiscard]] float at(extent y, extent x, extent channel) const {
        return values[static_cast<std::size_t>((y * width + x) * channels + channel)];
    }
};

/// Values from 0 to 1: pixel / maximum, so 255 and 65535 both become 1.
[[nodiscard]] inline float_image to_float(const image& from) {
    float_image to{from.height, from.width, from.channels, std::vector<float>(from.pixels.size())};
    const float maximum = static_cast<float>(from.maximum);
    for (std::size_t i = 0; i < from.pixels.size(); ++i) to.values[i] = static_cast<float>(from.pixels[i]) / maximum;
    return to;
}

/// Brightness of a color, ITU-R BT.601: Y = 0.299 R + 0.587 G + 0.114 B, rounded to nearest, exact in integers.
[[nodiscard]] constexpr std::uint16_t luma(std::uint16_t red, std::uint16_t green, std::uint16_t blue) {
    // At most 1000 * 65535 + 500 < 2^32.
    return static_cast<std::uint16_t>((299U * red + 587U * green + 114U * blue + 500U) / 1000U);
}

/// Color to gray by luma(). A gray image stays as it is.
inline void make_gray(image& picture) {
    if (picture.channels != 3) return;
    const std::size_t positions = picture.pixels.size() / 3;
    for (std::size_t i = 0; i < positions; ++i)
        picture.pixels[i] = luma(picture.pixels[3 * i], picture.pixels[3 * i + 1], picture.pixels[3 * i + 2]);
    picture.pixels.resize(positions);
    picture.channels = 1;
}

/// Gray to color: the value three times. A color image stays as it is.
inline void make_color(image& picture) {
    if (picture.channels != 1) return;
    const std::size_t positions = picture.pixels.size();
    picture.pixels.resize(3 * positions);
    for (std::size_t i = positions; i-- > 0;) {
        const std::uint16_t value = picture.pixels[i];
        picture.pixels[3 * i] = picture.pixels[3 * i + 1] = picture.pixels[3 * i + 2] = value;
    }
    picture.channels = 3;
}

/// Turns and mirrors the pixels so that the image stands as its EXIF orientation says; a picture of orientation 1 is
/// left alone. The table is that of TIFF 6.0, tag 274: where the file's row 0 and column 0 belong.
inline void make_upright(image& picture) {
    const extent o = picture.orientation;
    if (o < 2 || o > 8) return;
    const bool swapped = o >= 5;
    const extent h = swapped ? picture.width : picture.height, w = swapped ? picture.height : picture.width;
    const extent c = picture.channels;
    std::vector<std::uint16_t> turned(picture.pixels.size());
    for (extent y = 0; y < h; ++y) {
        for (extent x = 0; x < w; ++x) {
            extent row = swapped ? x : y, column = swapped ? y : x;
            if (o == 3 || o == 4 || o == 7 || o == 8) {
                if (swapped)
                    column = picture.width - 1 - column;
                else
                    row = picture.height - 1 - row;
            }
            if (o == 2 || o == 3 || o == 6 || o == 7) {
                if (swapped)
                    row = picture.height - 1 - row;
                else
                    column = picture.width - 1 - column;
            }
            for (extent k = 0; k < c; ++k)
                turned[static_cast<std::size_t>((y * w + x) * c + k)] = picture.at(row, column, k);
        }
    }
    picture.pixels = std::move(turned);
    picture.height = h;
    picture.width = w;
}

}  // namespace ctnn
