// SPDX-License-Identifier: MIT
/// \file
/// Image files made by hand, byte by byte, and the loops that damage them.
#pragma once

#include <ctnn/io/checksum.hpp>
#include <ctnn/io/image.hpp>
#include <ctnn/io/picture.hpp>
#include <string>
#include <vector>

#include "jpeg_files.hpp"

namespace image_files {

using ctnn::byte_vector;
using ctnn::extent;

inline void append_big(byte_vector& to, std::uint32_t value, int bytes = 4) {
    for (int i = bytes - 1; i >= 0; --i) to.push_back(static_cast<unsigned char>((value >> (8 * i)) & 0xffU));
}

inline void append_chunk(byte_vector& to, const std::string& type, const byte_vector& data) {
    append_big(to, static_cast<std::uint32_t>(data.size()));
    const extent begin = static_cast<extent>(to.size());
    ctnn::append_text(to, type);
    to.insert(to.end(), data.begin(), data.end());
    append_big(to, ctnn::crc32({to.data() + begin, static_cast<extent>(to.size()) - begin}));
}

/// A zlib stream of one stored block.
inline byte_vector store(const byte_vector& raw) {
    byte_vector out{0x78, 0x01, 0x01};
    const std::uint16_t size = static_cast<std::uint16_t>(raw.size());
    ctnn::append_little(out, size);
    ctnn::append_little(out, static_cast<std::uint16_t>(~size));
    out.insert(out.end(), raw.begin(), raw.end());
    append_big(out, ctnn::adler32(raw));
    return out;
}

inline byte_vector png_header(std::uint32_t width, std::uint32_t height, int depth, int color, int interlace = 0) {
    byte_vector header;
    append_big(header, width);
    append_big(header, height);
    for (const int field : {depth, color, 0, 0, interlace}) header.push_back(static_cast<unsigned char>(field));
    return header;
}

struct named_chunk {
    std::string type;
    byte_vector data;
};

/// A PNG whose raw bytes (a filter byte 0 in front of each row) are given.
inline byte_vector png(const byte_vector& header, const byte_vector& raw, const std::vector<named_chunk>& before = {}) {
    byte_vector out{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    append_chunk(out, "IHDR", header);
    for (const named_chunk& one : before) append_chunk(out, one.type, one.data);
    append_chunk(out, "IDAT", store(raw));
    append_chunk(out, "IEND", {});
    return out;
}

inline byte_vector noise(extent count, unsigned seed = 1) {
    byte_vector out;
    for (extent i = 0; i < count; ++i) {
        seed = seed * 1664525U + 1013904223U;
        out.push_back(static_cast<unsigned char>(seed >> 24));
    }
    return out;
}

/// Packed rows of noise with filter bytes 0.
inline byte_vector raw_rows(extent height, extent row_bytes) {
    byte_vector out = noise(height * (row_bytes + 1));
    for (extent y = 0; y < height; ++y) out[static_cast<std::size_t>(y * (row_bytes + 1))] = 0;
    return out;
}

inline void append_bytes(void* to, void* data, int size) {
    const unsigned char* bytes = static_cast<unsigned char*>(data);
    static_cast<byte_vector*>(to)->insert(static_cast<byte_vector*>(to)->end(), bytes, bytes + size);
}

inline byte_vector bmp(extent height, extent width, int channels) {
    byte_vector out;
    const byte_vector pixels = noise(height * width * channels);
    ctnn::detail::stb_write::stbi_write_bmp_to_func(append_bytes, &out, static_cast<int>(width),
                                                    static_cast<int>(height), channels, pixels.data());
    return out;
}

inline byte_vector jpeg(extent height, extent width, int channels) {
    byte_vector out;
    const byte_vector pixels = noise(height * width * channels);
    ctnn::detail::stb_write::stbi_write_jpg_to_func(append_bytes, &out, static_cast<int>(width),
                                                    static_cast<int>(height), channels, pixels.data(), 80);
    return out;
}

inline byte_vector pnm(const std::string& head, extent bytes) {
    byte_vector out;
    ctnn::append_text(out, head);
    const byte_vector pixels = noise(bytes);
    out.insert(out.end(), pixels.begin(), pixels.end());
    return out;
}

struct named_file {
    std::string name;
    byte_vector bytes;
};

/// PNGs of every color type and depth, whole and interlaced.
inline std::vector<named_file> png_files() {
    std::vector<named_file> all;
    const byte_vector written = noise(17 * 13 * 3);
    all.push_back({"color, packed", *ctnn::format_png(written.data(), 17, 13, 3)});
    for (const int depth : {1, 2, 4, 8, 16})
        all.push_back(
            {"gray " + std::to_string(depth), png(png_header(9, 5, depth, 0), raw_rows(5, (9 * depth + 7) / 8))});
    all.push_back({"color 8", png(png_header(5, 4, 8, 2), raw_rows(4, 15))});
    all.push_back({"color 16", png(png_header(5, 4, 16, 2), raw_rows(4, 30))});
    for (const int depth : {1, 2, 4, 8})
        all.push_back(
            {"palette " + std::to_string(depth), png(png_header(9, 5, depth, 3), raw_rows(5, (9 * depth + 7) / 8),
                                                     {{"PLTE", noise(3 * (depth < 8 ? 1 << depth : 200))}})});
    all.push_back({"gray and alpha", png(png_header(5, 4, 8, 4), raw_rows(4, 10))});
    all.push_back({"color and alpha", png(png_header(5, 4, 8, 6), raw_rows(4, 20))});
    all.push_back({"color and alpha 16", png(png_header(3, 4, 16, 6), raw_rows(4, 24))});
    // Adam7 of 2 x 2 pixels: pass 1 has the first, pass 6 the second, pass 7 the lower row.
    all.push_back({"interlaced", png(png_header(2, 2, 8, 0, 1), {0, 10, 0, 20, 0, 30, 40})});
    return all;
}

/// One file of every other kind that is read.
inline std::vector<named_file> other_files() {
    return {{"jpeg color", jpeg(11, 19, 3)},
            {"jpeg gray", jpeg(8, 8, 1)},
            {"jpeg progressive", {std::begin(progressive_jpeg), std::end(progressive_jpeg)}},
            {"jpeg restarts", {std::begin(gray_jpeg), std::end(gray_jpeg)}},
            {"bmp color", bmp(7, 5, 3)},
            {"bmp alpha", bmp(7, 5, 4)},
            {"pnm gray", pnm("P5\n# a comment\n6 5\n255\n", 30)},
            {"pnm color", pnm("P6 6 5 255\n", 90)},
            {"pnm gray 16", pnm("P5 6 5 65535\n", 60)}};
}

}  // namespace image_files
