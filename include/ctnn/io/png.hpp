// SPDX-License-Identifier: MIT
/// \file
/// PNG files, by code of the library's own but for inflate, which is zlib's or else stb_image's: the container is
/// checked whole before anything is decoded. stb_image ignores every checksum and reads beyond a short palette, and
/// to check first what it then unpacks again would double the time. https://www.w3.org/TR/png-3/
#pragma once

#include <string>
#include <utility>

#include "ctnn/core/out_of_memory.hpp"
#include "ctnn/io/checksum.hpp"
#include "ctnn/io/exif.hpp"
#include "ctnn/io/image_limits.hpp"
#include "ctnn/io/inflate.hpp"
#include "ctnn/io/png_pixels.hpp"
#include "ctnn/io/stb_read.hpp"

namespace ctnn::detail {

/// One chunk: its type as text, and where its data lies.
struct png_chunk {
    char type[5]{};
    extent at = 0;  ///< of the length field
    extent size = 0;
    const unsigned char* data = nullptr;
    [[nodiscard]] bool is(const char* name) const { return std::memcmp(type, name, 4) == 0; }
};

/// What the walk over the chunks collects.
struct png_content {
    image picture;
    png_samples samples;
    int color = 0;
    bool interlaced = false, has_palette = false, has_transparency = false, has_exif = false;
    extent palette_entries = 0;
    byte_view palette, transparency;
    byte_vector compressed;  ///< the data of all IDAT chunks
    extent first_data = 0;   ///< where the first IDAT lies
};

/// IHDR: 13 bytes, one of the 15 allowed pairs of depth and color type.
inline error read_png_header(const std::string& file, const png_chunk& chunk, const image_limits& limits,
                             png_content& png) {
    if (!chunk.is("IHDR") || chunk.size != 13)
        return {error_kind::corrupt, file, chunk.at, "a first chunk " + std::string(chunk.type), "IHDR of 13 bytes"};
    const std::int64_t width = load_big<std::uint32_t>(chunk.data), height = load_big<std::uint32_t>(chunk.data + 4);
    const int depth = png.samples.depth = chunk.data[8];
    png.color = chunk.data[9];
    const bool small = depth == 1 || depth == 2 || depth == 4;
    const bool full = depth == 8 || depth == 16;
    const bool pair = png.color == 0   ? small || full
                      : png.color == 3 ? small || depth == 8
                                       : (png.color == 2 || png.color == 4 || png.color == 6) && full;
    if (!pair) {
        return {error_kind::corrupt, file, chunk.at + 16,
                "bit depth " + std::to_string(depth) + " with color type " + std::to_string(png.color),
                "a pair that PNG allows"};
    }
    if (chunk.data[10] != 0 || chunk.data[11] != 0 || chunk.data[12] > 1)
        return {error_kind::corrupt, file, chunk.at + 18, "an unknown compression, filter or interlace method",
                "0, 0 and 0 or 1"};
    png.interlaced = chunk.data[12] == 1;
    if (error wrong = check_size(file, chunk.at + 8, height, width, limits)) return wrong;
    image& picture = png.picture;
    picture.format = image_format::png;
    picture.width = static_cast<extent>(width);
    picture.height = static_cast<extent>(height);
    picture.maximum = depth == 16 ? 65535 : 255;
    picture.palette = png.samples.indexed = png.color == 3;
    png.samples.channels = png.color == 2 ? 3 : png.color == 4 ? 2 : png.color == 6 ? 4 : 1;
    return {};
}

/// Everything between IHDR and IEND.
inline error read_png_chunk(const std::string& file, const png_chunk& chunk, const png_chunk& before,
                            png_content& png) {
    const auto misplaced = [&](const char* expected) {
        return error(error_kind::corrupt, file, chunk.at, "a chunk " + std::string(chunk.type), expected);
    };
    const bool data_began = png.first_data != 0;
    if (chunk.is("IDAT")) {
        if (png.color == 3 && !png.has_palette) return misplaced("PLTE before it, as the color type is a palette");
        if (data_began && !before.is("IDAT")) return misplaced("all IDAT chunks next to each other");
        if (!data_began) png.first_data = chunk.at;
        png.compressed.insert(png.compressed.end(), chunk.data, chunk.data + chunk.size);
    } else if (chunk.is("PLTE")) {
        const extent most = png.color == 3 ? extent{1} << png.samples.depth : 256;
        if (png.has_palette || data_began || png.color == 0 || png.color == 4)
            return misplaced("one palette, before IDAT, in a color image");
        if (chunk.size % 3 != 0 || chunk.size == 0 || chunk.size / 3 > most)
            return misplaced("whole colors of 3 bytes, no more than the bit depth allows");
        png.has_palette = true;
        png.palette = {chunk.data, chunk.size};
        png.palette_entries = chunk.size / 3;
    } else if (chunk.is("tRNS")) {
        const bool fits = png.color == 3   ? png.has_palette && chunk.size >= 1 && chunk.size <= png.palette_entries
                          : png.color == 0 ? chunk.size == 2
                                           : png.color == 2 && chunk.size == 6;
        if (png.has_transparency || data_began || !fits)
            return misplaced("one tRNS that fits the color type, before IDAT");
        png.has_transparency = true;
        png.transparency = {chunk.data, chunk.size};
    } else if (chunk.is("eXIf")) {
        if (png.has_exif) return misplaced("one eXIf chunk at most");
        png.has_exif = true;
        png.picture.orientation = exif_orientation({chunk.data, chunk.size});
    } else if (chunk.is("IHDR")) {
        return misplaced("one IHDR alone");
    } else if (chunk.is("acTL")) {
        return {error_kind::unsupported, file, chunk.at, "an animated PNG", "a single image"};
    } else if ((chunk.type[0] & 0x20) == 0) {
        return {error_kind::unsupported, file, chunk.at, "an unknown critical chunk " + std::string(chunk.type),
                "IHDR, PLTE, IDAT, IEND"};
    }
    return {};
}

/// The bytes that the image data must unpack to: a filter byte and the packed pixels for each row of each pass.
inline std::int64_t png_raw_bytes(const png_content& png) {
    const std::int64_t bits = png.samples.channels * png.samples.depth;
    std::int64_t bytes = 0;
    visit_png_passes(png.picture.width, png.picture.height, png.interlaced,
                     [&](const png_pass& pass) { bytes += pass.height * (1 + (pass.width * bits + 7) / 8); });
    return bytes;
}

/// Unpacks a zlib stream by stb's inflate, for programs without zlib, and compares the checksum that stb ignores.
[[nodiscard]] inline inflation inflate_by_stb(byte_view packed, byte_vector& to) {
    const int size = static_cast<int>(to.size());
    const int got = stb_read::ctnn_stbi_zlib_decode_buffer(reinterpret_cast<char*>(to.data()), size,
                                                           reinterpret_cast<const char*>(packed.data),
                                                           static_cast<int>(packed.size));
    const bool whole = got == size && load_big<std::uint32_t>(packed.data + packed.size - 4) == adler32(to);
    return whole ? inflation::whole : inflation::damaged;
}

/// Unpacks the image data into exactly the bytes it must have, so that nothing that unpacks to more takes memory.
inline error unpack_png_data(const std::string& file, const png_content& png, byte_vector& unpacked) {
    const std::int64_t raw = png_raw_bytes(png), packed = static_cast<std::int64_t>(png.compressed.size());
    const auto broken = [&](const char* found) {
        return error(error_kind::corrupt, file, png.first_data, found,
                     "data that unpacks to " + std::to_string(raw) + " bytes");
    };
    if (packed < 6 || raw / deflate_ratio > packed || packed > 0x7fffffff || raw > 0x7fffffff)
        return broken("image data of another size");
    unpacked.resize(static_cast<std::size_t>(raw));
#if defined(CTNN_WITH_ZLIB)
    const inflation ended = inflate_by_zlib(png.compressed, unpacked, zlib_deflate);
#else
    const inflation ended = inflate_by_stb(png.compressed, unpacked);
#endif
    if (ended == inflation::out_of_memory) return make_out_of_memory(file);
    if (ended == inflation::damaged)
        return broken("image data that unpacks to another size or checksum, or not at all, or goes on behind its end");
    return {};
}

/// Sets the colors of a palette and the transparency, once all chunks are known.
inline void set_png_colors(png_content& png) {
    png_samples& how = png.samples;
    image& picture = png.picture;
    const extent alpha = png.has_transparency ? 1 : 0;
    picture.channels = picture.file_channels = (how.indexed ? 3 : how.channels) + alpha;
    if (how.indexed) {
        for (extent i = 0; i < 256; ++i) {
            for (extent k = 0; k < 3; ++k) how.palette[i][k] = 3 * i < png.palette.size ? png.palette[3 * i + k] : 0;
            how.palette[i][3] = i < png.transparency.size ? png.transparency[i] : 255;
        }
    } else if (png.has_transparency) {
        how.keyed = true;
        // The low bits of each number, as many as a sample has.
        for (extent k = 0; k < how.channels; ++k)
            how.key[k] = static_cast<std::uint16_t>(load_big<std::uint16_t>(png.transparency.data + 2 * k) &
                                                    ((1U << how.depth) - 1));
    }
}

/// Reads a PNG file; before a pixel is decoded it checks the signature, every chunk's checksum and place, IHDR first,
/// IEND last, nothing behind it, and that the image data unpacks to exactly the pixels and its own checksum. So a cut
/// file and any single flipped bit are refused.
///
/// Bits below 8 are spread over 0 to 255, 16 bits stay; a palette becomes its colors, black where an index is beyond
/// it; transparency becomes an alpha channel. Refuses animated PNG and unknown critical chunks as unsupported.
[[nodiscard]] inline result<image> read_png(byte_view bytes, const std::string& file, const image_limits& limits) {
    png_content png;
    png_chunk chunk, before;
    byte_reader reader(bytes, 8);
    for (bool first = true;; first = false) {
        before = chunk;
        chunk.at = reader.position();
        std::uint32_t size = 0, checksum = 0;
        if (!reader.big(size)) return error(error_kind::truncated, file, chunk.at, "the end of the file", "a chunk");
        const unsigned char* type = reader.here();
        if (!reader.skip(std::int64_t{4} + size) || !reader.big(checksum))
            return error(error_kind::truncated, file, chunk.at, "a chunk longer than the file",
                         std::to_string(size) + " bytes and a checksum");
        std::memcpy(chunk.type, type, 4);
        // The type stands in messages, so it must be letters there.
        for (int i = 0; i < 4; ++i) {
            const char c = chunk.type[i];
            if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) chunk.type[i] = '?';
        }
        chunk.size = static_cast<extent>(size);
        chunk.data = type + 4;
        if (crc32({type, chunk.size + 4}) != checksum)
            return error(error_kind::corrupt, file, chunk.at,
                         "a chunk " + std::string(chunk.type) + " whose checksum differs", "equal checksums");
        if (first) {
            if (error wrong = read_png_header(file, chunk, limits, png)) return wrong;
        } else if (chunk.is("IEND")) {
            if (size != 0 || reader.left() != 0)
                return error(error_kind::trailing_data, file, reader.position(),
                             std::to_string(reader.left()) + " bytes behind IEND", "the end of the file");
            break;
        } else if (error wrong = read_png_chunk(file, chunk, before, png)) {
            return wrong;
        }
    }
    if (png.first_data == 0) return error(error_kind::corrupt, file, chunk.at, "no image data", "an IDAT chunk");
    byte_vector data;
    if (error wrong = unpack_png_data(file, png, data)) return wrong;
    png.compressed = {};
    set_png_colors(png);
    image& picture = png.picture;
    picture.pixels.resize(static_cast<std::size_t>(picture.height * picture.width * picture.channels));
    if (!read_png_pixels(data, png.interlaced, png.samples, picture))
        return error(error_kind::corrupt, file, png.first_data, "a row with an unknown filter", "0 to 4");
    return std::move(picture);
}

}  // namespace ctnn::detail
