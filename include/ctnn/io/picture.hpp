// SPDX-License-Identifier: MIT
/// \file
/// Writing PNG files. Needs stb_image_write; to include this file is to ask for it.
#pragma once

#include <string>

#include "ctnn/core/error.hpp"
#include "ctnn/io/bytes.hpp"
#include "ctnn/io/file.hpp"
#include "ctnn/io/stb_write.hpp"

namespace ctnn {

/// The content of a PNG file of 8 bits: `pixels` are (height, width, channels) without gaps, 1 channel gray, 3 color.
/// Refuses other numbers of channels and sides outside 1 to 32768 with invalid_argument; out_of_memory.
[[nodiscard]] inline result<byte_vector> format_png(const unsigned char* pixels, extent height, extent width,
                                                    extent channels) {
    if ((channels != 1 && channels != 3) || height < 1 || width < 1 || height > (1 << 15) || width > (1 << 15) ||
        height * width * channels > 0x7fffffff)
        return error(error_kind::invalid_argument,
                     "a PNG of 1 or 3 channels with sides from 1 to 32768 is written, no other");
    return detail::catch_out_of_memory({}, [&]() -> result<byte_vector> {
        const detail::stb_memory memory;
        int size = 0;
        const unsigned char* const bytes = detail::stb_write::stbi_write_png_to_mem(
            pixels, static_cast<int>(width * channels), static_cast<int>(width), static_cast<int>(height),
            static_cast<int>(channels), &size);
        if (bytes == nullptr) return error(error_kind::out_of_memory, "stb_image_write could not pack a PNG");
        return byte_vector(bytes, bytes + size);
    });
}

/// Writes a PNG file, crash-safe; see format_png() and write_file().
[[nodiscard]] inline error write_png(const std::string& path, const unsigned char* pixels, extent height, extent width,
                                     extent channels) {
    return detail::catch_out_of_memory(path, [&]() -> error {
        const result<byte_vector> bytes = format_png(pixels, height, width, channels);
        if (!bytes) return {bytes.error().kind(), path, bytes.error().message()};
        return write_file(path, *bytes);
    });
}

}  // namespace ctnn
