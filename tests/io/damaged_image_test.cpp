// SPDX-License-Identifier: MIT
/// \file
/// Cut and changed image files: what must never be taken for an image.
#include <doctest/doctest.h>

#include <cstdio>
#include <ctnn/io/file.hpp>
#include <ctnn/io/md5.hpp>

#include "image_files.hpp"

using namespace ctnn;

namespace {

constexpr image_options any{.alpha = transparency::ignore};

bool same_pixels(const image& a, const image& b) {
    return a.height == b.height && a.width == b.width && a.channels == b.channels && a.maximum == b.maximum &&
           a.pixels == b.pixels;
}

/// Cuts the file at every byte, or at 2000 places spread over a long one; the cut bytes are a copy of their own, so
/// that a sanitizer sees a read behind them.
extent accepted_when_cut(const byte_vector& file, extent& files) {
    extent accepted = 0;
    const std::size_t step = file.size() / 2000 + 1;
    for (std::size_t size = 0; size < file.size(); size += step, ++files) {
        const byte_vector cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
        const auto read = decode_image(cut, any);
        accepted += read.has_value();
        CHECK(!read.error().message().empty());
    }
    return accepted;
}

}  // namespace

TEST_CASE("every image kind is read whole and refused when cut at any byte") {
    std::vector<image_files::named_file> all = image_files::png_files();
    for (auto& one : image_files::other_files()) all.push_back(std::move(one));
    extent files = 0;
    for (const auto& one : all) {
        CAPTURE(one.name);
        const auto whole = decode_image(one.bytes, any);
        CAPTURE(whole.error().message());
        REQUIRE(whole.has_value());
        CHECK(accepted_when_cut(one.bytes, files) == 0);
    }
    std::printf("cut images: %d of %d kinds, none accepted\n", static_cast<int>(files), static_cast<int>(all.size()));
}

TEST_CASE("a PNG with any flipped bit is refused or has the same pixels") {
    extent refused = 0, equal = 0, different = 0;
    for (const auto& one : image_files::png_files()) {
        const auto whole = decode_image(one.bytes, any);
        REQUIRE(whole.has_value());
        for (std::size_t bit = 0; bit < 8 * one.bytes.size(); ++bit) {
            byte_vector changed = one.bytes;
            changed[bit / 8] = static_cast<unsigned char>(changed[bit / 8] ^ (1U << (bit % 8)));
            const auto read = decode_image(changed, any);
            if (!read)
                ++refused;
            else
                ++(same_pixels(*read, *whole) ? equal : different);
        }
    }
    std::printf("PNG files with a flipped bit: %d refused, %d with equal pixels, %d with others\n",
                static_cast<int>(refused), static_cast<int>(equal), static_cast<int>(different));
    CHECK(different == 0);
    CHECK(refused > 10000);
}

TEST_CASE("other images with any flipped bit end neither the program nor the sanitizers' patience") {
    for (const auto& one : image_files::other_files()) {
        for (std::size_t bit = 0; bit < 8 * one.bytes.size(); ++bit) {
            byte_vector changed = one.bytes;
            changed[bit / 8] = static_cast<unsigned char>(changed[bit / 8] ^ (1U << (bit % 8)));
            // A changed size field may ask for much memory, which the budget holds down.
            const auto read = decode_image(changed, {.alpha = transparency::ignore, .budget = 1 << 20});
            if (read) CHECK(static_cast<extent>(read->pixels.size()) == read->height * read->width * read->channels);
        }
    }
}

TEST_CASE("bytes behind the end of an image are refused") {
    for (auto one : image_files::other_files()) {
        CAPTURE(one.name);
        one.bytes.push_back(7);
        const auto read = decode_image(one.bytes, any);
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().kind() == error_kind::trailing_data);
    }
    byte_vector png = image_files::png_files()[0].bytes;
    png.push_back(0);
    CHECK(decode_image(png).error().kind() == error_kind::trailing_data);
}

TEST_CASE("the test images of libjpeg-turbo are read, and refused when cut") {
    const std::string folder = CTNN_SHARED_DATA "/images_libjpeg_turbo/";
    struct described {
        const char* name;
        extent height, width, channels;
        const char* md5;  ///< of the pixels, 16 bits each, by a decoder that shares no code; null for JPEG
    };
    const described images[] = {{"testorig.jpg", 149, 227, 3, nullptr},
                                {"testimgint.jpg", 149, 227, 3, nullptr},
                                {"monkey16.pgm", 227, 149, 1, "f0419f1cf61a92147a9e63a767c23f49"},
                                {"monkey16.png", 227, 149, 3, "91463d86042c3783dd72c39a0bd05da7"},
                                {"shira_bird8.bmp", 144, 192, 3, "abcc24402c5d08016f792839da3d3e4d"},
                                {"testorig.png", 149, 227, 1, "fb5c9e944f867d37bd247327668031f3"},
                                {"testorig.ppm", 149, 227, 3, "0ac28e7e69779a4d6e5feb8eab9dad1b"},
                                {"vgl_5674_0098.png", 96, 120, 3, "0f6b8a102f56503064b3d0e1082a1dd6"},
                                {"vgl_6434_0018a.bmp", 96, 119, 3, "1a320e456e09361846df4795c6670e09"},
                                {"vgl_6548_0026a.bmp", 95, 128, 3, "7e6ff5505ce605d78e2a48dca574ae57"}};
    for (const described& one : images) {
        const auto bytes = read_file(folder + one.name);
        if (!bytes) {
            std::puts("skipped: the test images of libjpeg-turbo are not there");
            return;
        }
        CAPTURE(one.name);
        const auto whole = decode_image(*bytes, any, one.name);
        REQUIRE(whole.has_value());
        CHECK(whole->height == one.height);
        CHECK(whole->width == one.width);
        CHECK(whole->channels == one.channels);
        byte_vector pixels;
        for (const std::uint16_t value : whole->pixels) append_little(pixels, value);
        if (one.md5 != nullptr) CHECK(md5(pixels) == one.md5);
        // Spread cuts: each file has 5 to 100 kB.
        extent accepted = 0;
        for (std::size_t size = 0; size < bytes->size(); size += bytes->size() / 200 + 1)
            accepted += decode_image({bytes->data(), static_cast<extent>(size)}, any).has_value();
        for (std::size_t size = bytes->size() - 40; size < bytes->size(); ++size)
            accepted += decode_image({bytes->data(), static_cast<extent>(size)}, any).has_value();
        CHECK(accepted == 0);
    }
    const auto orchid = read_image(folder + "testorig.jpg"), reference = read_image(folder + "testorig.ppm");
    REQUIRE((orchid && reference));
    int largest = 0;
    for (std::size_t i = 0; i < orchid->pixels.size(); ++i) {
        const int difference = orchid->pixels[i] - reference->pixels[i];
        largest = std::max(largest, difference < 0 ? -difference : difference);
    }
    CHECK(largest <= 3);
    CHECK(read_image(folder + "monkey12.jpg").error().kind() == error_kind::unsupported);
    CHECK(read_image(folder + "testimgari.jpg").error().kind() == error_kind::unsupported);
    const auto deep = read_image(folder + "monkey16.pgm");
    REQUIRE(deep.has_value());
    CHECK(deep->pixels[0] == 37550);
    CHECK(read_image(folder + "monkey16.png")->maximum == 65535);
}
