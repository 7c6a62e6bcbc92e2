// SPDX-License-Identifier: MIT
/// \file
/// What images become: values, channels, alpha, orientation; and what is refused by name.
#include <doctest/doctest.h>

#include <ctnn/io/image.hpp>
#include <algorithm>
#include <initializer_list>

#include "image_files.hpp"

using namespace ctnn;
using image_files::png;
using image_files::png_header;

namespace {

byte_vector bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

error_kind kind_of(const byte_vector& file, const image_options& options = {}) {
    const auto read = decode_image(file, options, "file");
    return read ? error_kind::none : read.error().kind();
}

std::vector<std::uint16_t> pixels_of(const byte_vector& file, const image_options& options = {}) {
    auto read = decode_image(file, options, "file");
    CAPTURE(read.error().message());
    REQUIRE(read.has_value());
    return read->pixels;
}

using values = std::vector<std::uint16_t>;

/// A BMP of one header kind: fields in order, then the rest of the file.
byte_vector bmp_file(std::uint32_t header, std::int32_t width, std::int32_t height, std::uint16_t bits,
                     std::uint32_t compression, std::uint32_t colors, const byte_vector& rest,
                     std::uint32_t pixels_at) {
    byte_vector out{'B', 'M'};
    append_little(out, std::uint32_t{0});
    append_little(out, std::uint32_t{0});
    append_little(out, pixels_at);
    append_little(out, header);
    if (header == 12) {
        append_little(out, static_cast<std::uint16_t>(width));
        append_little(out, static_cast<std::uint16_t>(height));
    } else {
        append_little(out, static_cast<std::uint32_t>(width));
        append_little(out, static_cast<std::uint32_t>(height));
    }
    append_little(out, std::uint16_t{1});
    append_little(out, bits);
    if (header != 12) {
        for (const std::uint32_t field :
             {compression, std::uint32_t{0}, std::uint32_t{0}, std::uint32_t{0}, colors, std::uint32_t{0}})
            append_little(out, field);
    }
    out.insert(out.end(), rest.begin(), rest.end());
    return out;
}

}  // namespace

TEST_CASE("a 16-bit PNG keeps its 16 bits and full brightness is 1") {
    const byte_vector file = png(png_header(2, 1, 16, 0), {0, 0x12, 0x34, 0xff, 0xff});
    const auto read = decode_image(file);
    REQUIRE(read.has_value());
    CHECK(read->maximum == 65535);
    CHECK(read->pixels == values{0x1234, 0xffff});
    CHECK(to_float(*read).values == std::vector<float>{0x1234 / 65535.0f, 1.0f});
    CHECK(pixels_of(file, {.channels = 3}) == values{0x1234, 0x1234, 0x1234, 0xffff, 0xffff, 0xffff});
}

TEST_CASE("bits below 8 are spread over 0 to 255") {
    CHECK(pixels_of(png(png_header(4, 1, 1, 0), {0, 0xA0})) == values{255, 0, 255, 0});
    CHECK(pixels_of(png(png_header(4, 1, 2, 0), {0, 0x1B})) == values{0, 85, 170, 255});
    CHECK(pixels_of(png(png_header(2, 1, 4, 0), {0, 0x1F})) == values{17, 255});
}

TEST_CASE("an interlaced PNG has its pixels in order") {
    CHECK(pixels_of(png(png_header(2, 2, 8, 0, 1), {0, 10, 0, 20, 0, 30, 40})) == values{10, 20, 30, 40});
}

TEST_CASE("a palette becomes its colors, and black where it is too short") {
    const byte_vector file = png(png_header(3, 1, 8, 3), {0, 1, 0, 7}, {{"PLTE", {1, 2, 3, 4, 5, 6}}});
    CHECK(pixels_of(file) == values{4, 5, 6, 1, 2, 3, 0, 0, 0});
    CHECK(decode_image(file)->palette);
}

TEST_CASE("color becomes gray by the stated formula") {
    const byte_vector file = png(png_header(2, 1, 8, 2), {0, 255, 0, 0, 10, 20, 30});
    CHECK(pixels_of(file, {.channels = 1}) == values{76, 18});  // 0.299 * 255 = 76.245; 2.99 + 11.74 + 3.42 = 18.15
    CHECK(luma(65535, 65535, 65535) == 65535);
    CHECK(kind_of(file, {.channels = 2}) == error_kind::invalid_argument);
}

TEST_CASE("transparency is refused unless the caller says what it becomes") {
    const byte_vector file = png(png_header(2, 1, 8, 6), {0, 100, 200, 50, 128, 9, 8, 7, 255});
    CHECK(kind_of(file) == error_kind::unsupported);
    CHECK(pixels_of(file, {.alpha = transparency::ignore}) == values{100, 200, 50, 9, 8, 7});
    CHECK(pixels_of(file, {.alpha = transparency::over_black}) == values{50, 100, 25, 9, 8, 7});
    CHECK(pixels_of(file, {.alpha = transparency::over_white}) == values{177, 227, 152, 9, 8, 7});
    const auto opaque = decode_image(png(png_header(1, 1, 8, 4), {0, 33, 255}));
    REQUIRE(opaque.has_value());
    CHECK(opaque->pixels == values{33});
    CHECK(opaque->alpha_removed);
    // A transparent color of the palette, and of gray.
    CHECK(kind_of(png(png_header(1, 1, 8, 3), {0, 0}, {{"PLTE", {1, 2, 3}}, {"tRNS", {0}}})) ==
          error_kind::unsupported);
    CHECK(kind_of(png(png_header(1, 1, 8, 0), {0, 5}, {{"tRNS", {0, 5}}})) == error_kind::unsupported);
    CHECK(pixels_of(png(png_header(1, 1, 8, 0), {0, 6}, {{"tRNS", {0, 5}}})) == values{6});
}

TEST_CASE("EXIF's orientation turns the pixels unless the caller declines") {
    // Two rows: 1 2 3 and 4 5 6.
    const values expected[9] = {{},
                                {1, 2, 3, 4, 5, 6},
                                {3, 2, 1, 6, 5, 4},
                                {6, 5, 4, 3, 2, 1},
                                {4, 5, 6, 1, 2, 3},
                                {1, 4, 2, 5, 3, 6},
                                {4, 1, 5, 2, 6, 3},
                                {6, 3, 5, 2, 4, 1},
                                {3, 6, 2, 5, 1, 4}};
    for (unsigned char o = 1; o <= 8; ++o) {
        const byte_vector little{'I', 'I', '*', 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, o, 0, 0, 0};
        const byte_vector big{'M', 'M', 0, '*', 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, o, 0, 0};
        for (const byte_vector& exif : {little, big}) {
            const byte_vector file = png(png_header(3, 2, 8, 0), {0, 1, 2, 3, 0, 4, 5, 6}, {{"eXIf", exif}});
            const auto read = decode_image(file);
            REQUIRE(read.has_value());
            CAPTURE(int{o});
            CHECK(read->pixels == expected[o]);
            CHECK(read->orientation == o);
            CHECK(read->width == (o >= 5 ? 2 : 3));
            CHECK(pixels_of(file, {.upright = false}) == expected[1]);
        }
    }
    const byte_vector neither{'X', 'X', 0, '*', 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0};
    CHECK(decode_image(png(png_header(3, 2, 8, 0), {0, 1, 2, 3, 0, 4, 5, 6}, {{"eXIf", neither}}))->orientation == 1);
    // The same field in a JPEG, behind its start marker.
    byte_vector jpeg = image_files::jpeg(8, 16, 1);
    const byte_vector segment{0xFF, 0xE1, 0, 30, 'E',  'x', 'i', 'f', 0, 0, 'I', 'I', '*', 0, 8, 0,
                              0,    0,    1, 0,  0x12, 1,   3,   0,   1, 0, 0,   0,   6,   0, 0, 0};
    jpeg.insert(jpeg.begin() + 2, segment.begin(), segment.end());
    const auto turned = decode_image(jpeg);
    REQUIRE(turned.has_value());
    CHECK(turned->height == 16);
    CHECK(turned->orientation == 6);
}

TEST_CASE("a JPEG decodes near its pixels") {
    byte_vector flat(16 * 16 * 3, 200), file;
    detail::stb_write::stbi_write_jpg_to_func(image_files::append_bytes, &file, 16, 16, 3, flat.data(), 90);
    for (const std::uint16_t value : pixels_of(file)) CHECK(std::abs(value - 200) <= 2);
    CHECK(decode_image(file)->format == image_format::jpeg);
}

TEST_CASE("BMP files of every depth and both row orders") {
    const byte_vector two{0, 0, 255, 0, 255, 0, 0, 0};  // red, blue as blue, green, red, zero
    byte_vector rest = two;
    rest.insert(rest.end(), {0x40, 0, 0, 0});
    CHECK(pixels_of(bmp_file(40, 2, 1, 1, 0, 2, rest, 62)) == values{255, 0, 0, 0, 0, 255});
    rest = two;
    rest.insert(rest.end(), {0x10, 0, 0, 0, 0x01, 0, 0, 0});
    CHECK(pixels_of(bmp_file(40, 2, 2, 4, 0, 2, rest, 62)) == values{255, 0, 0, 0, 0, 255, 0, 0, 255, 255, 0, 0});
    CHECK(pixels_of(bmp_file(40, 2, -2, 4, 0, 2, rest, 62)) == values{0, 0, 255, 255, 0, 0, 255, 0, 0, 0, 0, 255});
    rest = two;
    rest.insert(rest.end(), {0, 2, 0, 0});
    CHECK(kind_of(bmp_file(40, 2, 1, 8, 0, 2, rest, 62)) == error_kind::corrupt);  // color 2 of 2
    // The 12-byte header: palettes of 3 bytes.
    CHECK(pixels_of(bmp_file(12, 1, 1, 1, 0, 0, {1, 2, 3, 4, 5, 6, 0x80, 0, 0, 0}, 32)) == values{6, 5, 4});
    CHECK(pixels_of(bmp_file(40, 1, 1, 24, 0, 0, {1, 2, 3, 0}, 54)) == values{3, 2, 1});
    CHECK(pixels_of(bmp_file(40, 1, 1, 32, 0, 0, {1, 2, 3, 0}, 54)) == values{3, 2, 1});
    CHECK(pixels_of(bmp_file(40, 1, 1, 16, 0, 0, {0xE0, 0x7F, 0, 0}, 54)) == values{255, 255, 0});
    const byte_vector masks{0, 0xF8, 0, 0, 0xE0, 7, 0, 0, 0x1F, 0, 0, 0};
    rest = masks;
    rest.insert(rest.end(), {0xE0, 7, 0, 0});
    CHECK(pixels_of(bmp_file(40, 1, 1, 16, 3, 0, rest, 66)) == values{0, 255, 0});
    CHECK(kind_of(bmp_file(40, 1, 1, 8, 1, 0, rest, 66)) == error_kind::unsupported);
}

TEST_CASE("BMP headers that say what cannot be are refused, each where it stands") {
    const byte_vector plain = bmp_file(40, 1, 1, 24, 0, 0, {1, 2, 3, 0}, 54),
                      masked =
                          bmp_file(40, 1, 1, 16, 3, 0, {0, 0xF8, 0, 0, 0xE0, 7, 0, 0, 0x1F, 0, 0, 0, 0, 0, 0, 0}, 66),
                      indexed = bmp_file(40, 1, 1, 1, 0, 2, {1, 2, 3, 0, 4, 5, 6, 0, 0, 0, 0, 0}, 62),
                      old = bmp_file(12, 1, 1, 1, 0, 0, {1, 2, 3, 4, 5, 6, 0x80, 0, 0, 0}, 32);
    for (const byte_vector& file : {plain, masked, indexed, old}) {
        CHECK(kind_of(file) == error_kind::none);
        for (std::size_t size = 2; size < file.size(); ++size) {
            const auto cut = decode_image(byte_vector(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)));
            CHECK(cut.error().kind() == error_kind::truncated);
            CHECK(cut.error().offset() == static_cast<extent>(size));
        }
    }
    const auto refused = [](byte_vector file, std::size_t at, int value) {
        file[at] = static_cast<unsigned char>(value);
        const auto read = decode_image(file);
        return std::pair(read.error().kind(), read.error().offset());
    };
    const auto corrupt = [](extent at) { return std::pair(error_kind::corrupt, at); };
    const auto unsupported = [](extent at) { return std::pair(error_kind::unsupported, at); };
    for (const int header : {0, 11, 13, 39, 41, 64, 125}) CHECK(refused(plain, 14, header) == unsupported(14));
    CHECK(refused(plain, 26, 0) == corrupt(26));
    CHECK(refused(plain, 26, 2) == corrupt(26));
    CHECK(refused(old, 22, 3) == corrupt(22));
    for (const int bits : {0, 2, 3, 12, 25, 48}) CHECK(refused(plain, 28, bits) == corrupt(28));
    CHECK(refused(old, 24, 2) == corrupt(24));
    CHECK(refused(indexed, 46, 3) == corrupt(46));
    CHECK(refused(masked, 55, 0xE8) == corrupt(54));      // 11101000: a gap
    CHECK(refused(masked, 55, 0) == corrupt(54));         // no bit at all
    CHECK(refused(masked, 59, 0x3F) == unsupported(58));  // 9 bits
    CHECK(refused(plain, 30, 1) == unsupported(30));
    CHECK(refused(plain, 10, 53) == corrupt(10));
    CHECK(refused(plain, 10, 55) == std::pair(error_kind::truncated, extent{58}));
}

TEST_CASE("PNM values keep their maximum") {
    byte_vector file = bytes_of("P5 2 1 1000\n");
    file.insert(file.end(), {0x03, 0xE8, 0, 1});
    const auto read = decode_image(file);
    REQUIRE(read.has_value());
    CHECK(read->maximum == 1000);
    CHECK(read->pixels == values{1000, 1});
    CHECK(to_float(*read).values[0] == 1.0f);
    file[12] = 4;
    CHECK(kind_of(file) == error_kind::corrupt);
    for (const char* text : {"P5 1 1 0\nx", "P5 1 1 65536\nxx"})
        CHECK(decode_image(bytes_of(text)).error().message().find("expected 1 to 65535") != std::string::npos);
    CHECK(kind_of(bytes_of("P5 1 1 255xx")) == error_kind::corrupt);
    CHECK(kind_of(bytes_of("P5 1 1 255")) == error_kind::truncated);
    CHECK(kind_of(bytes_of("P5 1 a 255\nx")) == error_kind::corrupt);
    CHECK(kind_of(bytes_of("P5 99999999999 1 255\nx")) == error_kind::corrupt);
}

TEST_CASE("sizes beyond the limits are refused before anything is decoded") {
    for (const std::uint32_t side : {0U, 32769U, 65535U, 0x7fffffffU, 0xffffffffU}) {
        CAPTURE(side);
        const error_kind expected = side == 0 ? error_kind::corrupt : error_kind::too_large;
        CHECK(kind_of(png(png_header(side, side, 8, 0), {0})) == expected);
        CHECK(kind_of(png(png_header(1, side, 8, 0), {0})) == expected);
    }
    // 20000 x 20000 claimed, within the sides but not within 64 MB.
    CHECK(kind_of(png(png_header(20000, 20000, 8, 0), {0}), {.budget = 64 << 20}) == error_kind::too_large);
    // Within the budget, but the data cannot unpack to it.
    CHECK(kind_of(png(png_header(4000, 4000, 8, 0), {0})) == error_kind::corrupt);
    for (const std::int32_t side : {0, 40000, 0x7fffffff, -0x7fffffff - 1})
        CHECK(kind_of(bmp_file(40, 1, side, 24, 0, 0, {1, 2, 3, 0}, 54)) ==
              (side == 0 ? error_kind::corrupt : error_kind::too_large));
    CHECK(kind_of(bmp_file(40, -1, 1, 24, 0, 0, {1, 2, 3, 0}, 54)) == error_kind::corrupt);
    CHECK(kind_of(bytes_of("P5 99999999 9 255\nx")) == error_kind::too_large);
    CHECK(kind_of(png(png_header(9, 9, 8, 0), {0}), {.largest_side = 8}) == error_kind::too_large);
    CHECK(kind_of(png(png_header(1, 1, 8, 0), {0, 1}), {.budget = 20}) == error_kind::too_large);
}

TEST_CASE("image data that unpacks to more than the image is refused") {
    CHECK(kind_of(png(png_header(1, 1, 8, 0), {0, 1, 2})) == error_kind::corrupt);
    CHECK(kind_of(png(png_header(2, 1, 8, 0), {0, 1})) == error_kind::corrupt);
}

TEST_CASE("chunks in the wrong place are refused") {
    const byte_vector raw{0, 1};
    CHECK(kind_of(png(png_header(1, 1, 8, 0), raw, {{"IHDR", png_header(1, 1, 8, 0)}})) == error_kind::corrupt);
    CHECK(kind_of(png(png_header(1, 1, 8, 0), raw, {{"PLTE", {1, 2, 3}}})) == error_kind::corrupt);
    CHECK(kind_of(png(png_header(1, 1, 8, 3), raw)) == error_kind::corrupt);
    CHECK(kind_of(png(png_header(1, 1, 8, 3), raw, {{"PLTE", {1, 2}}})) == error_kind::corrupt);
    CHECK(kind_of(png(png_header(1, 1, 8, 0), raw, {{"NEWx", {}}})) == error_kind::unsupported);
    CHECK(kind_of(png(png_header(1, 1, 8, 0), raw, {{"acTL", byte_vector(8)}})) == error_kind::unsupported);
    CHECK(kind_of(png(png_header(1, 1, 8, 0), raw, {{"teXt", {1, 2}}})) == error_kind::none);
    for (const auto& pair : {std::pair{3, 0}, {1, 2}, {16, 3}, {8, 1}, {8, 5}, {8, 7}, {0, 0}})
        CHECK(kind_of(png(png_header(1, 1, pair.first, pair.second), raw)) == error_kind::corrupt);
}

TEST_CASE("chunks of a PNG that contradict each other are refused with the reason") {
    using image_files::append_chunk;
    const byte_vector raw{0, 1}, exif{'M', 'M', 0, '*', 0, 0, 0, 8, 0, 0};
    const auto message = [](const byte_vector& file) { return decode_image(file, {}, "x.png").error().message(); };
    const auto has = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
    for (const std::size_t field : {10UL, 11UL, 12UL}) {
        byte_vector header = png_header(1, 1, 8, 0);
        header[field] = 2;
        CHECK(has(message(png(header, raw)), "an unknown compression, filter or interlace method"));
    }
    for (const byte_vector& key : {byte_vector{}, {0}, {0, 1, 2}})
        CHECK(has(message(png(png_header(1, 1, 8, 0), raw, {{"tRNS", key}})), "one tRNS that fits"));
    CHECK(has(message(png(png_header(1, 1, 8, 4), {0, 1, 2}, {{"tRNS", {0, 1}}})), "one tRNS that fits"));
    CHECK(has(message(png(png_header(1, 1, 8, 0), raw, {{"tRNS", {0, 1}}, {"tRNS", {0, 1}}})), "one tRNS that fits"));
    CHECK(has(message(png(png_header(1, 1, 8, 0), raw, {{"eXIf", exif}, {"eXIf", exif}})), "one eXIf chunk at most"));

    // The chunks behind IHDR by hand.
    const auto of_chunks = [](const std::vector<image_files::named_chunk>& chunks) {
        byte_vector file{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
        append_chunk(file, "IHDR", png_header(1, 1, 8, 0));
        for (const auto& one : chunks) append_chunk(file, one.type, one.data);
        append_chunk(file, "IEND", {});
        return file;
    };
    const byte_vector packed = image_files::store(raw);
    const byte_vector first(packed.begin(), packed.begin() + 4), rest(packed.begin() + 4, packed.end());
    CHECK(message(of_chunks({{"IDAT", first}, {"IDAT", rest}})).empty());
    CHECK(
        has(message(of_chunks({{"IDAT", first}, {"tEXt", {}}, {"IDAT", rest}})), "all IDAT chunks next to each other"));
    CHECK(has(message(of_chunks({{"IDAT", packed}, {"tRNS", {0, 1}}})), "one tRNS that fits"));
    CHECK(has(message(of_chunks({})), "no image data"));
    CHECK(has(message(of_chunks({{"IDAT", first}})), "image data of another size"));
    CHECK(has(message(png(png_header(4000, 4000, 8, 0), {0})), "image data of another size"));
}

TEST_CASE("a piece of a signature is truncated, a damaged one corrupt, a missing file cannot be opened") {
    for (const byte_vector& piece : {byte_vector{0x89, 'P', 'N'}, {0xFF}, {0xFF, 0xD8}, {'B'}, {'P'}, {'P', '5'}, {}})
        CHECK(kind_of(piece) == error_kind::truncated);
    CHECK(kind_of({0x89, 'P', 'N', 'G', '\n', 0x1a, '\n', 0, 0}) == error_kind::corrupt);
    CHECK(read_image("no-such-folder/x.png").error().kind() == error_kind::cannot_open);
}

TEST_CASE("a TGA file is known by its fields or its footer") {
    byte_vector fields(30), footer(40, 1);
    fields[2] = 10;
    fields[16] = 32;
    CHECK(kind_of(fields) == error_kind::unsupported);
    for (const auto& [at, value] : {std::pair{1, 2}, {1, 1}, {2, 0}, {2, 4}, {2, 16}, {16, 7}}) {
        byte_vector other = fields;
        other[static_cast<std::size_t>(at)] = static_cast<unsigned char>(value);
        CHECK(kind_of(other) == error_kind::wrong_format);
    }
    CHECK(kind_of(footer) == error_kind::wrong_format);
    const std::string mark = "TRUEVISION-XFILE.";
    std::copy(mark.begin(), mark.end(), footer.end() - 18);
    CHECK(kind_of(footer) == error_kind::unsupported);
}

TEST_CASE("other formats are refused by name") {
    struct named {
        byte_vector file;
        error_kind kind;
        const char* word;
    };
    byte_vector dicom(132), nifti(352), tga(18 + 12);
    std::memcpy(dicom.data() + 128, "DICM", 4);
    nifti[0] = 92;
    nifti[1] = 1;
    std::memcpy(nifti.data() + 344, "n+1", 4);
    tga[2] = 2;
    tga[12] = tga[14] = 2;
    tga[16] = 24;
    byte_vector cmyk = image_files::jpeg(8, 8, 3);
    for (std::size_t i = 0; i + 1 < cmyk.size(); ++i) {
        if (cmyk[i] != 0xFF || cmyk[i + 1] != 0xC0) continue;
        cmyk[i + 3] = 20;
        cmyk[i + 9] = 4;
        cmyk.insert(cmyk.begin() + static_cast<std::ptrdiff_t>(i) + 19, {4, 0x11, 0});
        break;
    }
    const named all[] = {
        {bytes_of("GIF89a........."), error_kind::unsupported, "GIF"},
        {bytes_of("8BPS......"), error_kind::unsupported, "Photoshop"},
        {bytes_of("#?RADIANCE\n"), error_kind::unsupported, "HDR"},
        {{0x53, 0x80, 0xF6, 0x34, 0, 0}, error_kind::unsupported, "PIC"},
        {bytes_of("RIFFabcdWEBPVP8 "), error_kind::unsupported, "WebP"},
        {{'I', 'I', '*', 0, 8, 0, 0, 0}, error_kind::unsupported, "TIFF"},
        {{'M', 'M', 0, '*', 0, 0, 0, 8}, error_kind::unsupported, "TIFF"},
        {dicom, error_kind::unsupported, "DICOM"},
        {nifti, error_kind::unsupported, "NIfTI"},
        {tga, error_kind::unsupported, "TGA"},
        {cmyk, error_kind::unsupported, "CMYK"},
        {bytes_of("P2 1 1 255 7"), error_kind::unsupported, "PNM"},
        {bytes_of("<html>not an image</html>"), error_kind::wrong_format, "text"},
        {bytes_of("BMI tables of a hospital\n"), error_kind::wrong_format, "text"},
        {{1, 2, 3, 4, 5}, error_kind::wrong_format, "unknown"},
        {{}, error_kind::truncated, "empty"},
    };
    for (const named& one : all) {
        CAPTURE(one.word);
        const auto read = decode_image(one.file, {}, "scan.x");
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().kind() == one.kind);
        CHECK(read.error().message().find(one.word) != std::string::npos);
        CHECK(read.error().message().find("scan.x") == 0);
    }
}
