// SPDX-License-Identifier: MIT
/// \file
/// BMP files, by code of the library's own: stb_image 2.27 reads unset colors where a palette is short, miscounts
/// that of the 12-byte header and asserts on some headers.
/// https://learn.microsoft.com/en-us/windows/win32/gdi/bitmap-storage
#pragma once

#include <bit>
#include <string>

#include "ctnn/io/image_limits.hpp"
#include "ctnn/io/image_types.hpp"

namespace ctnn::detail {

/// The fields of a BMP's headers that decide how its pixels are read.
struct bmp_header {
    std::int64_t width = 0, height = 0, pixels_at = 0, palette_at = 0, colors = 0;
    std::int64_t row = 0;  ///< bytes from one row to the next, a multiple of 4
    int bits = 0, color_bytes = 4;
    bool top_down = false;
    std::uint32_t mask[4]{};  ///< red, green, blue, alpha; of 16 and 32 bits
};

/// Reads and checks the headers; nothing is allocated here.
inline error read_bmp_header(byte_view b, const std::string& file, const image_limits& limits, bmp_header& h) {
    const auto refuse = [&](error_kind kind, extent at, const std::string& found, const char* expected) {
        return error(kind, file, at, found, expected);
    };
    if (b.size < 26)
        return refuse(error_kind::truncated, b.size, "the end of the file", "a BMP header of at least 26 bytes");
    const std::int64_t stated = load_little<std::uint32_t>(b.data + 2);
    h.pixels_at = load_little<std::uint32_t>(b.data + 10);
    const std::int64_t header = load_little<std::uint32_t>(b.data + 14);
    if (header != 12 && header != 40 && header != 52 && header != 56 && header != 108 && header != 124)
        return refuse(error_kind::unsupported, 14, "a header of " + std::to_string(header) + " bytes",
                      "12, 40, 52, 56, 108 or 124");
    if (b.size < 14 + header) return refuse(error_kind::truncated, b.size, "the end of the file", "the whole header");
    // Some writers leave the size at 0; one that is stated must be right.
    if (stated != 0 && stated != b.size)
        return refuse(stated > b.size ? error_kind::truncated : error_kind::trailing_data, 2,
                      "a file of " + std::to_string(b.size) + " bytes",
                      ("the stated " + std::to_string(stated)).c_str());
    std::uint32_t compression = 0;
    int planes = 0;
    if (header == 12) {
        h.width = load_little<std::uint16_t>(b.data + 18);
        h.height = load_little<std::uint16_t>(b.data + 20);
        planes = load_little<std::uint16_t>(b.data + 22);
        h.bits = load_little<std::uint16_t>(b.data + 24);
        h.color_bytes = 3;
    } else {
        h.width = std::bit_cast<std::int32_t>(load_little<std::uint32_t>(b.data + 18));
        h.height = std::bit_cast<std::int32_t>(load_little<std::uint32_t>(b.data + 22));
        planes = load_little<std::uint16_t>(b.data + 26);
        h.bits = load_little<std::uint16_t>(b.data + 28);
        compression = load_little<std::uint32_t>(b.data + 30);
        h.colors = load_little<std::uint32_t>(b.data + 46);
        h.top_down = h.height < 0;
        if (h.top_down) h.height = -h.height;
    }
    if (planes != 1)
        return refuse(error_kind::corrupt, header == 12 ? 22 : 26, std::to_string(planes) + " planes", "1");
    if (h.bits != 1 && h.bits != 4 && h.bits != 8 && h.bits != 16 && h.bits != 24 && h.bits != 32)
        return refuse(error_kind::corrupt, header == 12 ? 24 : 28, std::to_string(h.bits) + " bits a pixel",
                      "1, 4, 8, 16, 24 or 32");
    const bool masks = compression == 3 && (h.bits == 16 || h.bits == 32);
    if (compression != 0 && !masks)
        return refuse(error_kind::unsupported, 30, "compression " + std::to_string(compression),
                      "no compression (RLE, JPEG and PNG inside BMP are not read)");
    if (error wrong = check_size(file, 18, h.height, h.width, limits)) return wrong;

    std::int64_t behind = 14 + header;
    if (h.bits == 16) h.mask[0] = 0x7C00, h.mask[1] = 0x3E0, h.mask[2] = 0x1F;
    if (h.bits == 32) h.mask[0] = 0xFF0000, h.mask[1] = 0xFF00, h.mask[2] = 0xFF;
    if (masks) {
        // Behind the 40-byte header, or at the same place inside a longer one, which from 56 bytes on has alpha too.
        if (b.size < 66) return refuse(error_kind::truncated, b.size, "the end of the file", "three color masks");
        for (int i = 0; i < 3; ++i) h.mask[i] = load_little<std::uint32_t>(b.data + 54 + 4 * i);
        if (header >= 56) h.mask[3] = load_little<std::uint32_t>(b.data + 66);
        if (header == 40) behind += 12;
    }
    for (int i = 0; i < 4; ++i) {
        const int width = std::popcount(h.mask[i]);
        if (h.bits < 16 || h.bits == 24 || (i == 3 && width == 0)) continue;
        const bool run = width > 0 && std::countr_zero(h.mask[i]) + width + std::countl_zero(h.mask[i]) == 32;
        if (!run)
            return refuse(error_kind::corrupt, 54 + 4 * i, "a color mask with gaps or without bits",
                          "bits next to each other");
        if (width > 8)
            return refuse(error_kind::unsupported, 54 + 4 * i, std::to_string(width) + " bits a channel", "at most 8");
    }
    if (h.bits <= 8) {
        const std::int64_t all = std::int64_t{1} << h.bits;
        h.palette_at = behind;
        if (h.colors == 0) h.colors = all;
        if (h.colors > all)
            return refuse(error_kind::corrupt, 46, std::to_string(h.colors) + " colors",
                          "no more than the bits can tell apart");
        // The 12-byte header cannot state a shorter palette; where the pixels begin says it.
        if (header == 12 && h.pixels_at > behind && (h.pixels_at - behind) / 3 < h.colors)
            h.colors = (h.pixels_at - behind) / 3;
        behind += h.colors * h.color_bytes;
    }
    if (h.pixels_at < behind)
        return refuse(error_kind::corrupt, 10, "pixels at byte " + std::to_string(h.pixels_at),
                      "pixels behind the headers");
    h.row = (h.width * h.bits + 31) / 32 * 4;
    if (h.pixels_at > b.size || h.row * h.height > b.size - h.pixels_at)
        return refuse(error_kind::truncated, b.size, "the end of the file",
                      (std::to_string(h.row * h.height) + " bytes of pixels").c_str());
    return {};
}

/// The masked bits of a pixel, spread over 0 to 255 and rounded to nearest.
inline std::uint16_t bmp_channel(std::uint32_t pixel, std::uint32_t mask) {
    const std::uint32_t most = mask >> std::countr_zero(mask);
    return static_cast<std::uint16_t>((((pixel & mask) >> std::countr_zero(mask)) * 510 + most) / (2 * most));
}

/// Reads a BMP file: 1, 4 and 8 bits with a palette, 16, 24 and 32 bits, bottom-up or top-down.
///
/// The palette is looked up, so a gray BMP has 3 equal channels, and an index that it lacks is corrupt. The fourth
/// byte of 32 bits is alpha only where a mask says so. Refuses RLE, embedded JPEG or PNG, and more than 8 bits a
/// channel as unsupported, a file size other than the stated one (unless 0) as truncated or trailing_data.
[[nodiscard]] inline result<image> read_bmp(byte_view b, const std::string& file, const image_limits& limits) {
    bmp_header h;
    if (error wrong = read_bmp_header(b, file, limits, h)) return wrong;
    image out;
    out.format = image_format::bmp;
    out.palette = h.bits <= 8;
    out.height = static_cast<extent>(h.height);
    out.width = static_cast<extent>(h.width);
    out.channels = out.file_channels = h.mask[3] != 0 ? 4 : 3;
    out.pixels.resize(static_cast<std::size_t>(out.height * out.width * out.channels));
    std::uint16_t* to = out.pixels.data();
    for (extent y = 0; y < out.height; ++y) {
        const unsigned char* row = b.data + h.pixels_at + (h.top_down ? y : out.height - 1 - y) * h.row;
        for (extent x = 0; x < out.width; ++x, to += out.channels) {
            if (h.bits <= 8) {
                const extent bit = x * h.bits;
                const int value = (row[bit / 8] >> (8 - h.bits - bit % 8)) & ((1 << h.bits) - 1);
                if (value >= h.colors) {
                    return error(error_kind::corrupt, file, static_cast<extent>(row - b.data) + bit / 8,
                                 "color " + std::to_string(value), "one of the palette's " + std::to_string(h.colors));
                }
                const unsigned char* color = b.data + h.palette_at + value * h.color_bytes;
                for (int k = 0; k < 3; ++k) to[k] = color[2 - k];
            } else if (h.bits == 24) {
                for (int k = 0; k < 3; ++k) to[k] = row[3 * x + 2 - k];
            } else {
                const std::uint32_t pixel =
                    h.bits == 16 ? load_little<std::uint16_t>(row + 2 * x) : load_little<std::uint32_t>(row + 4 * x);
                for (extent k = 0; k < out.channels; ++k) to[k] = bmp_channel(pixel, h.mask[k]);
            }
        }
    }
    return out;
}

}  // namespace ctnn::detail
