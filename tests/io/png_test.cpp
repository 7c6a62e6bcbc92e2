// SPDX-License-Identifier: MIT
/// \file
/// PNG pixels against those of a second decoder: every color type, depth, filter, interlacing and transparency.
#include <doctest/doctest.h>

#include <cstdio>
#include <string>

#include "image_files.hpp"
#include "second_stb.hpp"

using namespace ctnn;
using namespace image_files;

namespace {

/// Any bytes are an image, if the filter byte in front of each row is 0 to 4.
byte_vector random_rows(extent width, extent height, extent bits, bool interlaced, unsigned seed) {
    byte_vector raw;
    detail::visit_png_passes(width, height, interlaced, [&](const detail::png_pass& pass) {
        for (extent y = 0; y < pass.height; ++y) {
            byte_vector row = noise(1 + (pass.width * bits + 7) / 8, ++seed);
            row[0] = static_cast<unsigned char>(row[0] % 5);
            raw.insert(raw.end(), row.begin(), row.end());
        }
    });
    return raw;
}

/// The differences between the two decoders' pixels, or -1 where one of them refuses.
extent differences(const byte_vector& file, int depth) {
    const auto limits = detail::image_limits{1 << 24, 1 << 15};
    const auto mine = detail::read_png(file, "x.png", limits);
    if (!mine) return -1;
    int width = 0, height = 0, channels = 0;
    const int size = static_cast<int>(file.size());
    extent different = 0;
    const auto compare = [&](auto* pixels) {
        if (pixels == nullptr || width != mine->width || height != mine->height || channels != mine->channels)
            different = -1;
        else
            for (std::size_t i = 0; i < mine->pixels.size(); ++i) different += pixels[i] != mine->pixels[i];
        stbi_image_free(pixels);
    };
    if (depth == 16)
        compare(stbi_load_16_from_memory(file.data(), size, &width, &height, &channels, 0));
    else
        compare(stbi_load_from_memory(file.data(), size, &width, &height, &channels, 0));
    return different;
}

}  // namespace

TEST_CASE("PNG pixels are those of a second decoder, for every kind of file and every filter") {
    extent files = 0;
    unsigned seed = 1;
    for (const int color : {0, 2, 3, 4, 6}) {
        for (const int depth : {1, 2, 4, 8, 16}) {
            if ((color == 3 && depth == 16) || (color != 0 && color != 3 && depth < 8)) continue;
            const extent samples = color == 2 ? 3 : color == 4 ? 2 : color == 6 ? 4 : 1;
            for (const bool transparent : {false, true}) {
                if (transparent && color > 3) continue;
                for (extent side = 1; side <= 20; ++side) {
                    for (const int interlace : {0, 1}) {
                        const extent width = side, height = 21 - side;
                        std::vector<named_chunk> before;
                        if (color == 3) before.push_back({"PLTE", noise(3 * (1 << depth), ++seed)});
                        byte_vector key;
                        for (extent k = 0; k < samples; ++k)  // the high bits beyond the depth do not count
                            append_big(key, static_cast<std::uint32_t>(depth == 16 ? 0x1234 : 1), 2);
                        if (transparent) before.push_back({"tRNS", color == 3 ? byte_vector{0, 127} : key});
                        const byte_vector raw =
                            random_rows(width, height, samples * depth, interlace == 1, seed += 100);
                        const byte_vector file =
                            png(png_header(static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height), depth,
                                           color, interlace),
                                raw, before);
                        CAPTURE(color);
                        CAPTURE(depth);
                        CAPTURE(width);
                        CAPTURE(interlace);
                        CAPTURE(transparent);
                        CHECK(differences(file, depth) == 0);
                        ++files;
                    }
                }
            }
        }
    }
    std::printf("PNG files equal to a second decoder: %d\n", static_cast<int>(files));
}

TEST_CASE("one color of a PNG is transparent, by all the bits that its samples have") {
    const auto alpha_of = [](int depth, int color, const byte_vector& key, const byte_vector& row) {
        byte_vector raw{0};
        raw.insert(raw.end(), row.begin(), row.end());
        const std::uint32_t bits = static_cast<std::uint32_t>(color == 2 ? 3 * depth : depth);
        const std::uint32_t width = static_cast<std::uint32_t>(8 * row.size()) / bits;
        const auto read = detail::read_png(png(png_header(width, 1, depth, color), raw, {{"tRNS", key}}), "x.png",
                                           detail::image_limits{1 << 20, 1 << 15});
        std::vector<int> alpha;
        if (read)
            for (extent x = 0; x < read->width; ++x) alpha.push_back(read->at(0, x, read->channels - 1));
        return alpha;
    };
    CHECK(alpha_of(8, 0, {0, 7}, {7, 8, 7}) == std::vector<int>{0, 255, 0});
    CHECK(alpha_of(16, 0, {1, 7}, {1, 7, 0, 7, 1, 6}) == std::vector<int>{0, 65535, 65535});
    CHECK(alpha_of(4, 0, {0, 3}, {0x34, 0x53}) == std::vector<int>{0, 255, 255, 0});
    CHECK(alpha_of(4, 0, {0xff, 0xf3}, {0x34, 0x53}) == std::vector<int>{0, 255, 255, 0});
    CHECK(alpha_of(8, 2, {0, 1, 0, 2, 0, 3}, {1, 2, 3, 1, 2, 4}) == std::vector<int>{0, 255});
}

TEST_CASE("a row with a filter that PNG does not have is refused") {
    for (const int filter : {5, 6, 255}) {
        byte_vector raw = raw_rows(4, 5);
        raw[6] = static_cast<unsigned char>(filter);
        const auto read = decode_image(png(png_header(5, 4, 8, 0), raw));
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().kind() == error_kind::corrupt);
    }
}

TEST_CASE("without zlib, stb unpacks image data, and what is cut, changed or longer is refused") {
    const byte_vector raw = noise(300);
    const byte_vector packed = store(raw);
    byte_vector to(raw.size());
    CHECK(detail::inflate_by_stb(packed, to) == detail::inflation::whole);
    CHECK(to == raw);
    for (std::size_t size = 6; size < packed.size(); ++size)
        CHECK(detail::inflate_by_stb({packed.data(), static_cast<extent>(size)}, to) == detail::inflation::damaged);
    for (std::size_t bit = 16; bit < 8 * packed.size(); ++bit) {
        byte_vector changed = packed;
        changed[bit / 8] = static_cast<unsigned char>(changed[bit / 8] ^ (1U << (bit % 8)));
        const bool same = detail::inflate_by_stb(changed, to) == detail::inflation::damaged || to == raw;
        CHECK(same);
    }
    byte_vector larger(raw.size() + 1), smaller(raw.size() - 1);
    CHECK(detail::inflate_by_stb(packed, larger) == detail::inflation::damaged);
    CHECK(detail::inflate_by_stb(packed, smaller) == detail::inflation::damaged);
#if defined(CTNN_WITH_ZLIB)
    CHECK(detail::inflate_by_zlib(packed, to, detail::zlib_deflate) == detail::inflation::whole);
    CHECK(to == raw);
    CHECK(detail::inflate_by_zlib(packed, larger, detail::zlib_deflate) == detail::inflation::damaged);
    CHECK(detail::inflate_by_zlib(packed, smaller, detail::zlib_deflate) == detail::inflation::damaged);
#endif
}
