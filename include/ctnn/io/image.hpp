// SPDX-License-Identifier: MIT
/// \file
/// Image files: PNG, JPEG, BMP and binary PNM, checked before they are decoded. Needs stb_image; to include this file
/// is to ask for it.
#pragma once

#include <cstring>
#include <string>
#include <utility>

#include "ctnn/io/bmp.hpp"
#include "ctnn/io/file.hpp"
#include "ctnn/io/image_types.hpp"
#include "ctnn/io/jpeg.hpp"
#include "ctnn/io/png.hpp"
#include "ctnn/io/pnm.hpp"

namespace ctnn {

/// What to do with an alpha channel, which no network input has. One that is opaque everywhere is left out in any case.
enum class transparency : unsigned char {
    refuse,      ///< an error, because what lies under a transparent pixel is anybody's guess
    ignore,      ///< take the colors as they are stored
    over_black,  ///< color * alpha, rounded to nearest
    over_white   ///< color * alpha + full brightness * (1 - alpha), rounded to nearest
};

/// How an image is read.
struct image_options {
    extent channels = 0;  ///< 1 gray, 3 color, 0 as the file has it
    transparency alpha = transparency::refuse;
    bool upright = true;                   ///< turn the pixels as EXIF's orientation says
    std::int64_t budget = default_budget;  ///< bytes of the file, and 8 for each pixel of it
    std::int64_t largest_side = 1 << 15;   ///< rows and columns; stb reads no more than this default
};

namespace detail {

/// Reads a JPEG file: checks it, then decodes it.
[[nodiscard]] inline result<image> read_jpeg(byte_view bytes, const std::string& file, const image_limits& limits) {
    result<image> read = check_jpeg(bytes, file, limits);
    if (!read) return read;
    image& out = *read;
    int width = 0, height = 0, channels = 0;
    const stb_memory memory;
    const unsigned char* const pixels =
        stb_read::ctnn_stbi_load_from_memory(bytes.data, static_cast<int>(bytes.size), &width, &height, &channels, 0);
    if (pixels == nullptr) {
        const char* reason = stb_read::ctnn_stbi_failure_reason();
        if (reason != nullptr && std::strcmp(reason, "outofmem") == 0) return make_out_of_memory(file);
        return error(error_kind::corrupt, file,
                     std::string("cannot be decoded: ") + (reason != nullptr ? reason : "no reason given"));
    }
    if (width != out.width || height != out.height || channels != out.channels)
        return error(error_kind::corrupt, file, "decodes to another size than its header states");
    out.pixels.assign(pixels, pixels + out.height * out.width * out.channels);
    return read;
}

/// Takes the last channel away as the option says.
inline error remove_alpha(image& picture, transparency how, const std::string& file) {
    const extent c = picture.channels, colors = c - 1;
    const std::size_t positions = picture.pixels.size() / static_cast<std::size_t>(c);
    const std::uint32_t most = static_cast<std::uint32_t>(picture.maximum);
    bool opaque = true;
    for (std::size_t i = 0; i < positions && opaque; ++i)
        opaque = picture.pixels[(i + 1) * static_cast<std::size_t>(c) - 1] == most;
    if (!opaque && how == transparency::refuse) {
        return {error_kind::unsupported, file,
                "has transparent pixels; image_options::alpha says what they become: ignore, over_black or over_white"};
    }
    const bool blend = !opaque && how != transparency::ignore;
    const std::uint32_t behind = how == transparency::over_white ? most : 0;
    const std::uint16_t* from = picture.pixels.data();
    std::uint16_t* to = picture.pixels.data();
    for (std::size_t i = 0; i < positions; ++i, from += c, to += colors) {
        const std::uint64_t alpha = from[colors];
        for (extent k = 0; k < colors; ++k)
            to[k] = blend ? static_cast<std::uint16_t>((from[k] * alpha + behind * (most - alpha) + most / 2) / most)
                          : from[k];
    }
    picture.pixels.resize(positions * static_cast<std::size_t>(colors));
    picture.channels = colors;
    picture.alpha_removed = true;
    return {};
}

/// decode_image(), which sees to memory that runs out.
inline result<image> decode_any_image(byte_view bytes, const image_options& options, const std::string& file) {
    if (options.channels != 0 && options.channels != 1 && options.channels != 3)
        return error(error_kind::invalid_argument, file, "an image has 1 or 3 channels, or 0: as the file");
    if (bytes.size > options.budget || bytes.size > 0x7fffffff)
        return error(error_kind::too_large, file, 0, std::to_string(bytes.size) + " bytes",
                     "a budget of " + std::to_string(options.budget));
    const image_limits limits{options.budget, options.largest_side < (1 << 15) ? options.largest_side : 1 << 15};
    const result<image_format> format = identify_image(bytes, file);
    if (!format) return format.error();
    result<image> read = *format == image_format::png    ? read_png(bytes, file, limits)
                         : *format == image_format::jpeg ? read_jpeg(bytes, file, limits)
                         : *format == image_format::bmp  ? read_bmp(bytes, file, limits)
                                                         : read_pnm(bytes, file, limits);
    if (!read) return read;
    image picture = std::move(*read);
    if (picture.channels == 2 || picture.channels == 4)
        if (error wrong = remove_alpha(picture, options.alpha, file)) return wrong;
    if (options.channels == 1) make_gray(picture);
    if (options.channels == 3) make_color(picture);
    if (options.upright) make_upright(picture);
    return picture;
}

}  // namespace detail

/// Decodes an image file that is in memory; `file` is its name in errors. Checks and refusals as read_image().
[[nodiscard]] inline result<image> decode_image(byte_view bytes, const image_options& options = {},
                                                const std::string& file = {}) {
    return detail::catch_out_of_memory(file, [&] { return detail::decode_any_image(bytes, options, file); });
}

/// Reads an image file.
///
///     gives     pixels (height, width, channels) in the file's own range; to_float() makes them 0 to 1
///     converts  a palette to its colors; 1, 2 and 4 bits to 8; 16 bits stay; color to gray by luma(); turns the
///               pixels as EXIF's orientation says
///     ignores   gamma, color profiles, resolution
///     refuses   what is cut, damaged or longer than it says, before decoding (PNG: any flipped bit; JPEG, BMP and PNM
///               have no checksum); sizes beyond the budget, before any memory is taken (too_large); transparency,
///               unless the options say what it becomes, CMYK, 12-bit, arithmetic and lossless JPEG, animated PNG
///               and every other format by name (unsupported)
///
///     auto scan = ctnn::read_image("scan.png", {.channels = 1});
[[nodiscard]] inline result<image> read_image(const std::string& path, const image_options& options = {}) {
    return detail::catch_out_of_memory(path, [&]() -> result<image> {
        const result<byte_vector> bytes = read_file(path, options.budget);
        if (!bytes) return bytes.error();
        return decode_image(*bytes, options, path);
    });
}

}  // namespace ctnn
