// SPDX-License-Identifier: MIT
/// \file
/// PNG, JPEG, BMP and PNM files.
#include <ctnn/io/checksum.hpp>
#include <ctnn/io/image.hpp>
#include <ctnn/io/picture.hpp>
#if defined(CTNN_WITH_ZLIB)
#include <zlib.h>
#endif

#include "fields.hpp"

namespace fuzz {
namespace {

using namespace ctnn;

constexpr std::int64_t budget = 1 << 20;
constexpr image_options as_it_is{.alpha = transparency::ignore, .upright = false, .budget = budget};

/// Every value is in range, and there are as many as the size says.
void check_image(const image& picture) {
    require(picture.height > 0 && picture.width > 0, "an image without pixels");
    require(static_cast<extent>(picture.pixels.size()) == picture.height * picture.width * picture.channels,
            "another number of pixels than the size says");
    for (const std::uint16_t value : picture.pixels)
        require(static_cast<extent>(value) <= picture.maximum, "a value above the maximum");
}

void read(byte_view input) {
    const auto picture = decode_image(input, as_it_is);
    require(picture.has_value() || !picture.error().message().empty(), "an error without a message");
    if (!picture) return;
    check_image(*picture);
    const auto again = decode_image(input, as_it_is);
    require(again.has_value() && again->pixels == picture->pixels, "other pixels at the second reading");
    for (const transparency alpha : {transparency::over_black, transparency::over_white}) {
        const auto color = decode_image(input, {.channels = 3, .alpha = alpha, .budget = budget});
        require(color.has_value(), "refused as a color image");
        check_image(*color);
    }
    const auto gray = decode_image(input, {.channels = 1, .budget = budget});
    if (gray) check_image(*gray);
    if (picture->maximum != 255 || picture->pixels.size() > 4096) return;  // to write takes long
    const byte_vector pixels(picture->pixels.begin(), picture->pixels.end());
    const auto written = format_png(pixels.data(), picture->height, picture->width, picture->channels);
    require(written.has_value(), "an image that cannot be written");
    const auto back = decode_image(*written, as_it_is);
    require(back.has_value() && back->pixels == picture->pixels && back->width == picture->width,
            "an image that is not read as it was written");
}

/// Calls visit(offset, size of the data) for the chunks of a PNG file.
template <class Visit>
void visit_chunks(const byte_vector& file, const Visit& visit) {
    for (std::size_t at = 8; at + 12 <= file.size();) {
        const std::size_t size = load_big<std::uint32_t>(file.data() + at);
        if (size > file.size() - at - 12) return;
        visit(at, size);
        at += size + 12;
    }
}

bool is_png(const byte_vector& file) { return byte_view(file).has(0, "\x89PNG\r\n\x1a\n", 8); }

/// Unpacks the first image data, changes it, and packs it again.
void change_png_data([[maybe_unused]] byte_vector& file, [[maybe_unused]] random_bits& random) {
#if defined(CTNN_WITH_ZLIB)
    std::size_t at = 0, size = 0;
    visit_chunks(file, [&](std::size_t place, std::size_t bytes) {
        if (at == 0 && std::memcmp(file.data() + place + 4, "IDAT", 4) == 0) at = place, size = bytes;
    });
    if (at == 0) return;
    byte_vector raw(1 << 16), packed(1 << 17);
    uLongf raw_size = raw.size(), packed_size = packed.size();
    if (uncompress(raw.data(), &raw_size, file.data() + at + 8, static_cast<uLong>(size)) != Z_OK) return;
    raw.resize(raw_size);
    if (pick(random, 2) == 0)
        change_bytes(raw, random);
    else if (!raw.empty())  // a filter, perhaps
        raw[pick(random, raw.size())] = static_cast<unsigned char>(pick(random, 6));
    compress2(packed.data(), &packed_size, raw.data(), static_cast<uLong>(raw.size()),
              static_cast<int>(pick(random, 10)));
    const auto data = file.begin() + static_cast<std::ptrdiff_t>(at) + 8;
    file.erase(data, data + static_cast<std::ptrdiff_t>(size));
    file.insert(file.begin() + static_cast<std::ptrdiff_t>(at) + 8, packed.begin(),
                packed.begin() + static_cast<std::ptrdiff_t>(packed_size));
    put(file, at, 4, packed_size, true);
#endif
}

void change_png(byte_vector& file, random_bits& random) {
    if (file.size() < 33) return change_bytes(file, random);
    constexpr const char* types[] = {"tRNS", "PLTE", "eXIf", "IDAT", "IHDR", "IEND", "acTL", "tEXt", "ABCD"};
    const std::uint64_t what = pick(random, 6);
    if (what == 0) return change_png_data(file, random);
    if (what == 1) {
        constexpr unsigned char depths[] = {1, 2, 4, 8, 16, 3}, colors[] = {0, 2, 3, 4, 6, 1};
        file[24] = depths[pick(random, 6)];
        file[25] = colors[pick(random, 6)];
        file[28] = static_cast<unsigned char>(pick(random, 3));
        return;
    }
    if (what == 2) {
        put(file, 16 + 4 * pick(random, 2), 4, pick(random, 40), true);
        return;
    }
    std::vector<std::pair<std::size_t, std::size_t>> chunks;
    visit_chunks(file, [&](std::size_t at, std::size_t size) { chunks.emplace_back(at, size); });
    if (chunks.empty()) return change_bytes(file, random);
    const auto [at, size] = chunks[pick(random, chunks.size())];
    const auto place = file.begin() + static_cast<std::ptrdiff_t>(at);
    if (what == 3) {  // a new chunk
        byte_vector made(12 + pick(random, 20));
        for (unsigned char& byte : made) byte = static_cast<unsigned char>(random());
        put(made, 0, 4, made.size() - 12, true);
        std::memcpy(made.data() + 4, types[pick(random, std::size(types))], 4);
        file.insert(place, made.begin(), made.end());
    } else if (what == 4) {
        file.erase(place, place + static_cast<std::ptrdiff_t>(size) + 12);
    } else {
        put_edge(file, {at + 8 + (size > 0 ? pick(random, size) : 0), std::size_t{1} << pick(random, 3)}, random, true);
    }
}

void repair(byte_vector& file) {
    if (!is_png(file)) {
        if (file.size() > 6 && file[0] == 'B' && file[1] == 'M') put(file, 2, 4, file.size(), false);
        return;
    }
    visit_chunks(file, [&](std::size_t at, std::size_t size) {
        put(file, at + 8 + size, 4, crc32({file.data() + at + 4, static_cast<extent>(size) + 4}), true);
    });
}

void change(byte_vector& file, random_bits& random) {
    if (is_png(file)) return change_png(file, random);
    if (file.size() > 54 && file[0] == 'B') {
        constexpr std::size_t fields[] = {10, 14, 18, 22, 26, 28, 30, 46, 54, 58, 62, 66};
        constexpr std::uint64_t bits[] = {1, 4, 8, 16, 24, 32};
        const std::size_t at = fields[pick(random, std::size(fields))];
        if (at == 28)
            put(file, at, 2, bits[pick(random, 6)], false);
        else
            put_edge(file, {at, at == 26 ? std::size_t{2} : std::size_t{4}}, random, false);
        return;
    }
    // A JPEG's fields follow its markers.
    std::vector<std::size_t> markers;
    for (std::size_t i = 0; i + 4 < file.size(); ++i)
        if (file[i] == 0xFF && file[i + 1] >= 0xC0 && file[i + 1] != 0xFF) markers.push_back(i);
    if (markers.empty() || pick(random, 4) == 0) return change_bytes(file, random);
    const std::size_t at = markers[pick(random, markers.size())];
    put_edge(file, {at + 1 + pick(random, 16), std::size_t{1} + pick(random, 2)}, random, true);
}

}  // namespace

const target image_target{"image", read, change, repair};

}  // namespace fuzz
