// SPDX-License-Identifier: MIT
/// \file
/// From the unpacked data of a PNG file to pixels: the filters are undone, packed bits spread, colors looked up.
/// https://www.w3.org/TR/png-3/#9Filters
#pragma once

#include <cstdint>
#include <cstdlib>

#include "ctnn/io/bytes.hpp"
#include "ctnn/io/image_types.hpp"

namespace ctnn::detail {

/// One of the parts in which a PNG's pixels are stored: all of them, or those of a pass of Adam7.
struct png_pass {
    extent x = 0, y = 0, step_x = 1, step_y = 1;  ///< the place of its first pixel, the distance between its pixels
    extent width = 0, height = 0;
};

/// Calls visit(pass) for the passes that have pixels, in the order of the file.
template <class Visit>
void visit_png_passes(extent width, extent height, bool interlaced, const Visit& visit) {
    if (!interlaced) return visit(png_pass{0, 0, 1, 1, width, height});
    constexpr extent x[7] = {0, 4, 0, 2, 0, 1, 0}, y[7] = {0, 0, 4, 0, 2, 0, 1};
    constexpr extent step_x[7] = {8, 8, 4, 4, 2, 2, 1}, step_y[7] = {8, 8, 8, 4, 4, 2, 2};
    for (int p = 0; p < 7; ++p) {
        const extent w = (width - x[p] + step_x[p] - 1) / step_x[p], h = (height - y[p] + step_y[p] - 1) / step_y[p];
        if (w > 0 && h > 0) visit(png_pass{x[p], y[p], step_x[p], step_y[p], w, h});
    }
}

/// The neighbor nearest to left + above - above left.
[[nodiscard]] inline int png_paeth(int left, int above, int corner) {
    const int from_left = std::abs(above - corner), from_above = std::abs(left - corner),
              from_corner = std::abs(left + above - 2 * corner);
    const int other = from_above <= from_corner ? above : corner;
    return from_left <= from_above && from_left <= from_corner ? left : other;
}

/// Undoes the filter of a row in place: each byte is stored as its difference from a prediction by the byte of the
/// pixel before it (`Step` bytes back), the one above, and the one above that one's left; outside the image they are
/// 0. `above` has as many bytes as the row, a multiple of Step. What was just written is kept in registers: read back
/// from memory it would cost each byte the wait for its neighbor's store.
/// \returns false for a filter that PNG does not have
template <std::size_t Step>
[[nodiscard]] bool unfilter_png_row(int filter, unsigned char* row, const unsigned char* above, extent size) {
    const auto each = [&](const auto& prediction) {
        int left[Step]{}, corner[Step]{};
        for (; size > 0; size -= extent{Step}, row += Step, above += Step) {
#pragma GCC unroll 8
            for (std::size_t k = 0; k < Step; ++k) {
                left[k] = (row[k] + prediction(left[k], above[k], corner[k])) & 0xff;
                row[k] = static_cast<unsigned char>(left[k]);
                corner[k] = above[k];
            }
        }
        return true;
    };
    switch (filter) {
        case 0:
            return true;
        case 1:
            return each([](int left, int, int) { return left; });
        case 2:
            for (extent i = 0; i < size; ++i) row[i] = static_cast<unsigned char>(row[i] + above[i]);
            return true;
        case 3:
            return each([](int left, int up, int) { return (left + up) >> 1; });
        case 4:
            return each(png_paeth);
        default:
            return false;
    }
}

/// The same for pixels of `step` bytes; 1 where several share a byte.
[[nodiscard]] inline bool unfilter_png_row(int filter, unsigned char* row, const unsigned char* above, extent size,
                                           extent step) {
    switch (step) {
        case 2:
            return unfilter_png_row<2>(filter, row, above, size);
        case 3:
            return unfilter_png_row<3>(filter, row, above, size);
        case 4:
            return unfilter_png_row<4>(filter, row, above, size);
        case 6:
            return unfilter_png_row<6>(filter, row, above, size);
        case 8:
            return unfilter_png_row<8>(filter, row, above, size);
        default:
            return unfilter_png_row<1>(filter, row, above, size);
    }
}

/// How the samples of a row become pixels.
struct png_samples {
    int depth = 8;
    extent channels = 1;  ///< stored: 1 for gray and palette, 2, 3 or 4
    bool indexed = false;
    unsigned char palette[256][4]{};  ///< red, green, blue, alpha; black where the file's is shorter, as in libpng
    bool keyed = false;               ///< one color is transparent, all others are opaque
    std::uint16_t key[3]{};           ///< that color, as stored
};

/// The samples of a row, each as stored: 1, 2, 4, 8 or 16 bits, most significant first.
inline void read_png_samples(const unsigned char* row, int depth, extent count, std::uint16_t* to) {
    if (depth == 8) {
        for (extent i = 0; i < count; ++i) to[i] = row[i];
    } else if (depth == 16) {
        for (extent i = 0; i < count; ++i) to[i] = load_big<std::uint16_t>(row + 2 * i);
    } else {
        for (extent i = 0; i < count; ++i) {
            const extent bit = i * depth;
            to[i] = static_cast<std::uint16_t>((row[bit / 8] >> (8 - depth - bit % 8)) & ((1 << depth) - 1));
        }
    }
}

/// Makes pixel `i` of a row from its samples. \returns the channels written
inline extent write_png_pixel(const png_samples& how, const std::uint16_t* sample, std::uint16_t* to) {
    const extent c = how.channels;
    if (how.indexed) {
        for (int k = 0; k < 4; ++k) to[k] = how.palette[sample[0] & 0xff][k];
        return 4;
    }
    // 1, 2 and 4 bits are spread over 0 to 255: by 255, 85 and 17.
    const int factor = how.depth < 8 ? 255 / ((1 << how.depth) - 1) : 1;
    bool is_key = how.keyed;
    for (extent k = 0; k < c; ++k) {
        to[k] = static_cast<std::uint16_t>(sample[k] * factor);
        is_key = is_key && sample[k] == how.key[k];
    }
    if (!how.keyed) return c;
    to[c] = is_key ? 0 : how.depth == 16 ? 65535 : 255;
    return c + 1;
}

/// Fills the pixels of an image, whose size and channels are set, from the unpacked data, whose length is right.
/// The data is changed. \returns false for a filter that PNG does not have
[[nodiscard]] inline bool read_png_pixels(byte_vector& data, bool interlaced, const png_samples& how, image& to) {
    bool known = true;
    unsigned char* at = data.data();
    const extent step = (how.channels * how.depth + 7) / 8;
    const bool plain = !how.indexed && !how.keyed && how.depth >= 8;
    byte_vector zeros;
    std::vector<std::uint16_t> samples;
    visit_png_passes(to.width, to.height, interlaced, [&](const png_pass& pass) {
        const extent count = pass.width * how.channels, size = (count * how.depth + 7) / 8;
        zeros.assign(static_cast<std::size_t>(size), 0);
        samples.resize(static_cast<std::size_t>(count));
        const unsigned char* above = zeros.data();
        for (extent y = 0; y < pass.height && known; ++y) {
            const int filter = *at++;
            known = unfilter_png_row(filter, at, above, size, step);
            std::uint16_t* row = to.pixels.data() + (pass.y + y * pass.step_y) * to.width * to.channels;
            if (plain && !interlaced) {
                read_png_samples(at, how.depth, count, row);
            } else {
                read_png_samples(at, how.depth, count, samples.data());
                for (extent x = 0; x < pass.width; ++x) {
                    std::uint16_t pixel[4]{};
                    write_png_pixel(how, samples.data() + x * how.channels, pixel);
                    std::uint16_t* place = row + (pass.x + x * pass.step_x) * to.channels;
                    for (extent k = 0; k < to.channels; ++k) place[k] = pixel[k];
                }
            }
            above = at;
            at += size;
        }
    });
    return known;
}

}  // namespace ctnn::detail
