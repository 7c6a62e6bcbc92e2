// SPDX-License-Identifier: MIT
/// \file
/// The container of a JPEG file, walked marker by marker before anything is decoded.
/// https://www.w3.org/Graphics/JPEG/itu-t81.pdf
#pragma once

#include <cstring>
#include <string>
#include <utility>

#include "ctnn/io/exif.hpp"
#include "ctnn/io/image_limits.hpp"
#include "ctnn/io/image_types.hpp"

namespace ctnn::detail {

/// What the walk over a JPEG's markers collects.
struct jpeg_content {
    image picture;  ///< all but its pixels
    bool has_frame = false, progressive = false;
    int components = 0;
    unsigned char identifier[4]{};
    bool seen[4]{};  ///< this component has had its first scan
    int scans = 0;
    int quantization[4]{};                            ///< the table that each component uses
    bool has_quantization[4]{}, has_huffman[2][4]{};  ///< tables that were defined; of DC and of AC
};

/// The name of a frame type that is not read, or null.
inline const char* refused_frame(int marker) {
    switch (marker) {
        case 0xC3:
        case 0xC7:
        case 0xCB:
        case 0xCF:
            return "a lossless JPEG";
        case 0xC5:
        case 0xC6:
            return "a hierarchical JPEG";
        case 0xC9:
        case 0xCA:
        case 0xCC:
        case 0xCD:
        case 0xCE:
            return "a JPEG with arithmetic coding";
        default:
            return nullptr;
    }
}

/// SOF0, SOF1, SOF2: precision, size, components.
inline error read_jpeg_frame(const std::string& file, extent at, byte_view segment, const image_limits& limits,
                             jpeg_content& jpeg) {
    if (jpeg.has_frame) return {error_kind::corrupt, file, at, "a second frame header", "one"};
    if (segment.size < 6 || segment.size != 6 + 3 * segment[5])
        return {error_kind::corrupt, file, at, "a frame header of " + std::to_string(segment.size) + " bytes",
                "6 and 3 for each component"};
    if (segment[0] != 8)
        return {error_kind::unsupported, file, at, std::to_string(segment[0]) + " bits a sample",
                "8 (other JPEGs are not read)"};
    jpeg.components = segment[5];
    if (jpeg.components == 4)
        return {error_kind::unsupported, file, at, "a CMYK or YCCK JPEG",
                "gray or color (convert it, its inks have no fixed color)"};
    if (jpeg.components != 1 && jpeg.components != 3)
        return {error_kind::unsupported, file, at, std::to_string(jpeg.components) + " components", "1 or 3"};
    const extent height = load_big<std::uint16_t>(segment.data + 1), width = load_big<std::uint16_t>(segment.data + 3);
    if (height == 0)
        return {error_kind::unsupported, file, at, "a height that follows the data (DNL)", "a height in the header"};
    if (error wrong = check_size(file, at, height, width, limits)) return wrong;
    for (int c = 0; c < jpeg.components; ++c) {
        jpeg.identifier[c] = segment[6 + 3 * c];
        jpeg.quantization[c] = segment[8 + 3 * c];
        if (jpeg.quantization[c] > 3)
            return {error_kind::corrupt, file, at, "quantization table " + std::to_string(jpeg.quantization[c]),
                    "0 to 3"};
    }
    jpeg.picture.height = height;
    jpeg.picture.width = width;
    jpeg.picture.channels = jpeg.picture.file_channels = jpeg.components;
    jpeg.picture.format = image_format::jpeg;
    jpeg.has_frame = true;
    return {};
}

/// DQT: tables of 64 numbers of 1 or 2 bytes.
inline error read_jpeg_quantization(const std::string& file, extent at, byte_view segment, jpeg_content& jpeg) {
    for (extent i = 0; i < segment.size;) {
        const int precision = segment[i] >> 4, table = segment[i] & 15;
        const extent size = precision == 0 ? 65 : 129;
        if (precision > 1 || table > 3 || size > segment.size - i)
            return {error_kind::corrupt, file, at, "a broken quantization table", "64 numbers for table 0 to 3"};
        jpeg.has_quantization[table] = true;
        i += size;
    }
    return {};
}

/// DHT: 16 counts of codes and that many symbols. stb_image 2.27 writes behind its table when there are more than 256.
inline error read_jpeg_huffman(const std::string& file, extent at, byte_view segment, jpeg_content& jpeg) {
    const auto broken = [&](const char* expected) {
        return error(error_kind::corrupt, file, at, "a broken Huffman table", expected);
    };
    for (extent i = 0; i < segment.size;) {
        const int kind = segment[i] >> 4, table = segment[i] & 15;
        if (kind > 1 || table > 3 || segment.size - i < 17) return broken("17 bytes for table 0 to 3");
        extent symbols = 0, codes = 0;
        for (extent length = 1; length <= 16; ++length) {
            symbols += segment[i + length];
            codes = 2 * codes + segment[i + length];
            if (codes > (extent{1} << length)) return broken("no more codes than their lengths allow");
        }
        if (symbols > 256 || symbols > segment.size - i - 17) return broken("at most 256 symbols, in the segment");
        jpeg.has_huffman[kind][table] = true;
        i += 17 + symbols;
    }
    return {};
}

/// SOS: which components come now.
inline error read_jpeg_scan(const std::string& file, extent at, byte_view segment, jpeg_content& jpeg) {
    if (!jpeg.has_frame) return {error_kind::corrupt, file, at, "a scan", "a frame header before it"};
    const extent count = segment.size > 0 ? segment[0] : 0;
    if (count < 1 || count > 4 || segment.size != 4 + 2 * count)
        return {error_kind::corrupt, file, at, "a scan header of " + std::to_string(segment.size) + " bytes",
                "4 and 2 for each component"};
    // Each scan of a progressive file costs a pass over all coefficients; real files have about 10.
    if (++jpeg.scans > 200) return {error_kind::too_large, file, at, "more than 200 scans", "fewer"};
    const bool first_pass =
        !jpeg.progressive || (segment[segment.size - 3] == 0 && (segment[segment.size - 1] >> 4) == 0);
    for (extent i = 0; i < count; ++i) {
        int c = 0;
        while (c < jpeg.components && jpeg.identifier[c] != segment[1 + 2 * i]) ++c;
        if (c == jpeg.components)
            return {error_kind::corrupt, file, at, "a scan of an unknown component", "one of the frame's"};
        if (first_pass) jpeg.seen[c] = true;
        const int direct = segment[2 + 2 * i] >> 4, other = segment[2 + 2 * i] & 15;
        const extent last = jpeg.progressive ? segment[segment.size - 2] : 63;
        const bool tables = direct < 4 && other < 4 && (!first_pass || jpeg.has_huffman[0][direct]) &&
                            (last == 0 || jpeg.has_huffman[1][other]);
        if (!tables) return {error_kind::corrupt, file, at, "a scan without its Huffman tables", "them before it"};
    }
    return {};
}

/// Behind the entropy-coded data of a scan: the next 0xFF that is neither a stuffed byte nor a restart marker.
inline extent skip_entropy_data(byte_view bytes, extent at) {
    while (at < bytes.size) {
        const void* found = std::memchr(bytes.data + at, 0xFF, static_cast<std::size_t>(bytes.size - at));
        if (found == nullptr) return bytes.size;
        at = static_cast<extent>(static_cast<const unsigned char*>(found) - bytes.data);
        const int next = at + 1 < bytes.size ? bytes[at + 1] : 0;
        if (next == 0 || (next >= 0xD0 && next <= 0xD7))
            at += 2;
        else if (next == 0xFF)
            at += 1;
        else
            return at;
    }
    return bytes.size;
}

/// EOI: every component must have had its data and its table; nothing but zero bytes may follow.
inline error check_jpeg_end(byte_view bytes, const std::string& file, extent at, const jpeg_content& jpeg) {
    bool whole = jpeg.has_frame;
    for (int c = 0; c < jpeg.components; ++c)
        whole = whole && jpeg.seen[c] && jpeg.has_quantization[jpeg.quantization[c]];
    if (!whole)
        return {error_kind::corrupt, file, at, "an end marker", "data and tables for every component before it"};
    for (extent i = at; i < bytes.size; ++i) {
        if (bytes[i] == 0) continue;
        return {error_kind::trailing_data, file, at, std::to_string(bytes.size - at) + " bytes behind the end marker",
                "the end of the file"};
    }
    return {};
}

/// Checks a JPEG file: start marker, every segment inside the file, a frame of 8 bits with 1 or 3 components, a scan
/// for each of them, and the end marker at the end (zero bytes may follow). So a file cut anywhere is refused.
///
/// Refuses arithmetic coding, lossless, hierarchical, 12 bits and CMYK as unsupported. JPEG has no checksum: a
/// flipped bit inside the entropy-coded data cannot be seen. Color profiles are not applied; EXIF's orientation is
/// reported. \returns the image without its pixels
[[nodiscard]] inline result<image> check_jpeg(byte_view bytes, const std::string& file, const image_limits& limits) {
    jpeg_content jpeg;
    for (extent at = 2;;) {
        const auto ends = [&] {
            return error(error_kind::truncated, file, bytes.size, "the end of the file", "a JPEG end marker");
        };
        if (at >= bytes.size) return ends();
        if (bytes[at] != 0xFF)
            return error(error_kind::corrupt, file, at, "byte " + std::to_string(bytes[at]), "a marker (255)");
        while (at < bytes.size && bytes[at] == 0xFF) ++at;
        if (at >= bytes.size) return ends();
        const int marker = bytes[at++];
        if (marker == 0xD9) {
            if (error wrong = check_jpeg_end(bytes, file, at, jpeg)) return wrong;
            return std::move(jpeg.picture);
        }
        if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8))
            return error(error_kind::corrupt, file, at - 1, "a marker " + std::to_string(marker) + " out of place",
                         "a segment");
        if (at + 2 > bytes.size) return ends();
        const extent length = load_big<std::uint16_t>(bytes.data + at);
        if (length < 2)
            return error(error_kind::corrupt, file, at, "a segment of length " + std::to_string(length), "at least 2");
        if (length > bytes.size - at)
            return error(error_kind::truncated, file, at, "a segment longer than the file",
                         std::to_string(length) + " bytes");
        const byte_view segment(bytes.data + at + 2, length - 2);
        if (const char* refused = refused_frame(marker))
            return error(error_kind::unsupported, file, at - 1, refused, "a baseline or progressive JPEG");
        if (marker >= 0xC0 && marker <= 0xC2) {
            jpeg.progressive = marker == 0xC2;
            if (error wrong = read_jpeg_frame(file, at, segment, limits, jpeg)) return wrong;
        } else if (marker == 0xE1 && segment.has(0, "Exif\0\0", 6)) {
            jpeg.picture.orientation = exif_orientation({segment.data + 6, segment.size - 6});
        } else if (marker == 0xDB) {
            if (error wrong = read_jpeg_quantization(file, at, segment, jpeg)) return wrong;
        } else if (marker == 0xC4) {
            if (error wrong = read_jpeg_huffman(file, at, segment, jpeg)) return wrong;
        } else if (marker == 0xDC) {
            return error(error_kind::unsupported, file, at - 1, "a height that follows the data (DNL)",
                         "a height in the header");
        }
        at += length;
        if (marker == 0xDA) {
            if (error wrong = read_jpeg_scan(file, at - length, segment, jpeg)) return wrong;
            at = skip_entropy_data(bytes, at);
        }
    }
}

}  // namespace ctnn::detail
