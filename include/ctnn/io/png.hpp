// SPDX-License-Identifier: MIT
/// \file
/// The container of a PNG file, checked whole before anything is decoded. https://www.w3.org/TR/png-3/
#pragma once

#include <cstdlib>
#include <string>

#include "ctnn/io/checksum.hpp"
#include "ctnn/io/exif.hpp"
#include "ctnn/io/image_limits.hpp"
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
    image_header header;
    int depth = 0, color = 0;
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
    png.depth = chunk.data[8];
    png.color = chunk.data[9];
    const bool small = png.depth == 1 || png.depth == 2 || png.depth == 4;
    const bool full = png.depth == 8 || png.depth == 16;
    const bool pair = png.color == 0   ? small || full
                      : png.color == 3 ? small || png.depth == 8
                                       : (png.color == 2 || png.color == 4 || png.color == 6) && full;
    if (!pair) {
        return {error_kind::corrupt, file, chunk.at + 16,
                "bit depth " + std::to_string(png.depth) + " with color type " + std::to_string(png.color),
                "a pair that PNG allows"};
    }
    if (chunk.data[10] != 0 || chunk.data[11] != 0 || chunk.data[12] > 1)
        return {error_kind::corrupt, file, chunk.at + 18, "an unknown compression, filter or interlace method",
                "0, 0 and 0 or 1"};
    png.interlaced = chunk.data[12] == 1;
    if (error wrong = check_size(file, chunk.at + 8, height, width, limits)) return wrong;
    image_header& h = png.header;
    h.width = static_cast<extent>(width);
    h.height = static_cast<extent>(height);
    h.maximum = png.depth == 16 ? 65535 : 255;
    h.palette = png.color == 3;
    h.channels = png.color == 0 ? 1 : png.color == 4 ? 2 : png.color == 6 ? 4 : 3;
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
        const extent most = png.color == 3 ? extent{1} << png.depth : 256;
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
        png.header.channels += 1;
    } else if (chunk.is("eXIf")) {
        if (png.has_exif) return misplaced("one eXIf chunk at most");
        png.has_exif = true;
        png.header.orientation = exif_orientation({chunk.data, chunk.size});
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
    const std::int64_t samples = png.color == 2 ? 3 : png.color == 4 ? 2 : png.color == 6 ? 4 : 1;
    const std::int64_t bits = samples * png.depth, w = png.header.width, h = png.header.height;
    const auto pass = [bits](std::int64_t wide, std::int64_t high) {
        return wide == 0 || high == 0 ? 0 : high * (1 + (wide * bits + 7) / 8);
    };
    if (!png.interlaced) return pass(w, h);
    // Adam7: where each pass begins and how far its pixels lie apart.
    constexpr int x0[7] = {0, 4, 0, 2, 0, 1, 0}, y0[7] = {0, 0, 4, 0, 2, 0, 1};
    constexpr int dx[7] = {8, 8, 4, 4, 2, 2, 1}, dy[7] = {8, 8, 8, 4, 4, 2, 2};
    std::int64_t bytes = 0;
    for (int p = 0; p < 7; ++p) bytes += pass((w - x0[p] + dx[p] - 1) / dx[p], (h - y0[p] + dy[p] - 1) / dy[p]);
    return bytes;
}

/// Unpacks the image data into exactly the bytes it must have, so that nothing that unpacks to more takes memory, and
/// compares the checksum that stb ignores.
inline error check_png_data(const std::string& file, const png_content& png) {
    const std::int64_t raw = png_raw_bytes(png), packed = static_cast<std::int64_t>(png.compressed.size());
    const auto broken = [&](const char* found, const std::string& expected) {
        return error(error_kind::corrupt, file, png.first_data, found, expected);
    };
    // Deflate gives at most 1032 bytes for one.
    if (packed < 6 || raw / 1032 > packed || packed > 0x7fffffff || raw > 0x7fffffff)
        return broken("image data of another size", "data that unpacks to " + std::to_string(raw) + " bytes");
    byte_vector unpacked(static_cast<std::size_t>(raw));
    const int got = stb_read::ctnn_stbi_zlib_decode_buffer(
        reinterpret_cast<char*>(unpacked.data()), static_cast<int>(raw),
        reinterpret_cast<const char*>(png.compressed.data()), static_cast<int>(packed));
    if (got != raw)
        return broken("image data that unpacks to another size, or not at all", std::to_string(raw) + " bytes");
    if (load_big<std::uint32_t>(png.compressed.data() + packed - 4) != adler32(unpacked))
        return broken("image data whose Adler-32 checksum differs, or bytes behind its end", "equal checksums");
    return {};
}

/// The file again with a palette filled up with black: stb reads beyond a short one. An index that the file's palette
/// lacks is black, as libpng shows it. Checksums are left out, stb does not look at them.
inline byte_vector fill_palette(const png_content& png, byte_view file) {
    byte_vector out(file.data, file.data + 33);  // signature and IHDR
    const auto add = [&out](const char* type, byte_view data, extent size) {
        for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<unsigned char>((size >> shift) & 0xff));
        out.insert(out.end(), type, type + 4);
        if (data.size > 0) out.insert(out.end(), data.data, data.data + data.size);
        out.insert(out.end(), static_cast<std::size_t>(size - data.size + 4), 0);
    };
    add("PLTE", png.palette, 768);
    if (png.has_transparency) add("tRNS", png.transparency, png.transparency.size);
    add("IDAT", png.compressed, static_cast<extent>(png.compressed.size()));
    add("IEND", {}, 0);
    return out;
}

/// Checks a PNG file: signature, every chunk's checksum and place, IHDR first, IEND last, nothing behind it, and that
/// the image data unpacks to exactly the pixels and its own checksum. So a cut file and any single flipped bit are
/// refused. Refuses animated PNG and unknown critical chunks as unsupported.
[[nodiscard]] inline result<image_header> check_png(byte_view bytes, const std::string& file,
                                                    const image_limits& limits) {
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
    if (error wrong = check_png_data(file, png)) return wrong;
    if (png.color == 3 && png.palette_entries < 256) png.header.repaired = fill_palette(png, bytes);
    return std::move(png.header);
}

}  // namespace ctnn::detail
