// SPDX-License-Identifier: MIT
/// \file
/// The one field of EXIF that changes pixels: the orientation.
#pragma once

#include "ctnn/io/bytes.hpp"

namespace ctnn::detail {

/// Finds tag 274 in the first directory of an EXIF block (a small TIFF file). \returns 1 to 8; 1 also where the block
/// has no such tag or is damaged, because a camera's broken notes say nothing about the pixels.
/// https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf, section 4.6.4
[[nodiscard]] inline extent exif_orientation(byte_view exif) {
    const bool little = exif.has(0, "II*\0", 4);
    if (!little && !exif.has(0, "MM\0*", 4)) return 1;
    byte_reader reader(exif, 4);
    const auto two = [&](std::uint16_t& value) { return little ? reader.little(value) : reader.big(value); };
    const auto four = [&](std::uint32_t& value) { return little ? reader.little(value) : reader.big(value); };
    std::uint32_t directory = 0;
    std::uint16_t entries = 0;
    if (!four(directory) || directory > exif.size) return 1;
    reader = byte_reader(exif, static_cast<extent>(directory));
    if (!two(entries)) return 1;
    for (int i = 0; i < entries; ++i) {
        std::uint16_t tag = 0, type = 0, value = 0;
        std::uint32_t count = 0;
        if (!two(tag) || !two(type) || !four(count) || !two(value) || !reader.skip(2)) return 1;
        if (tag == 274) return type == 3 && count == 1 && value >= 1 && value <= 8 ? value : 1;
    }
    return 1;
}

}  // namespace ctnn::detail
