// SPDX-License-Identifier: MIT
/// \file
/// Binary PNM files (P5 gray, P6 color), by code of the library's own: stb_image 2.27 swaps the bytes of 16-bit values.
/// https://netpbm.sourceforge.net/doc/pgm.html
#pragma once

#include <string>

#include "ctnn/io/image_limits.hpp"
#include "ctnn/io/image_types.hpp"

namespace ctnn::detail {

/// One number of the header: white space and comments (from # to the end of the line), then digits.
/// \returns false where no number of at most 9 digits stands.
inline bool read_pnm_number(byte_view b, extent& at, std::int64_t& number) {
    const auto space = [](unsigned char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    while (at < b.size && (space(b[at]) || b[at] == '#')) {
        if (b[at] == '#')
            while (at < b.size && b[at] != '\n' && b[at] != '\r') ++at;
        else
            ++at;
    }
    const extent first = at;
    number = 0;
    while (at < b.size && b[at] >= '0' && b[at] <= '9' && at - first < 10) number = 10 * number + (b[at++] - '0');
    return at > first && at - first < 10;
}

/// Reads a binary PNM file of exactly one image: values of 8 bits up to a maximum of 255, above it of 16, most
/// significant byte first; `maximum` of the image is the file's. A value above it is corrupt.
///
/// Refuses a file that is shorter (truncated) or longer (trailing_data: also a second image) than its header says.
[[nodiscard]] inline result<image> read_pnm(byte_view b, const std::string& file, const image_limits& limits) {
    std::int64_t width = 0, height = 0, maximum = 0;
    extent at = 2;
    for (std::int64_t* number : {&width, &height, &maximum}) {
        if (read_pnm_number(b, at, *number)) continue;
        return error(at >= b.size ? error_kind::truncated : error_kind::corrupt, file, at, "no number",
                     "width, height and maximum");
    }
    if (error wrong = check_size(file, 2, height, width, limits)) return wrong;
    if (maximum < 1 || maximum > 65535)
        return error(error_kind::corrupt, file, at, "a maximum of " + std::to_string(maximum), "1 to 65535");
    if (at >= b.size) return error(error_kind::truncated, file, at, "the end of the file", "pixels");
    if (!(b[at] == ' ' || (b[at] >= '\t' && b[at] <= '\r')))
        return error(error_kind::corrupt, file, at, "no white space", "one behind the maximum");
    ++at;
    image out;
    out.format = image_format::pnm;
    out.height = static_cast<extent>(height);
    out.width = static_cast<extent>(width);
    out.channels = out.file_channels = b[1] == '5' ? 1 : 3;
    out.maximum = static_cast<extent>(maximum);
    const extent count = out.height * out.width * out.channels, size = maximum > 255 ? 2 : 1;
    if (b.size - at != count * size) {
        return error(b.size - at < count * size ? error_kind::truncated : error_kind::trailing_data, file, at,
                     std::to_string(b.size - at) + " bytes of pixels", std::to_string(count * size));
    }
    out.pixels.resize(static_cast<std::size_t>(count));
    for (extent i = 0; i < count; ++i) {
        const std::uint16_t value = size == 1 ? b[at + i] : load_big<std::uint16_t>(b.data + at + 2 * i);
        if (value > maximum)
            return error(error_kind::corrupt, file, at + i * size, "a value of " + std::to_string(value),
                         "at most " + std::to_string(maximum));
        out.pixels[static_cast<std::size_t>(i)] = value;
    }
    return out;
}

}  // namespace ctnn::detail
