// SPDX-License-Identifier: MIT
/// \file
/// NIfTI files that are cut, longer, packed badly or hostile; pairs; and what writing leaves behind.
#include <doctest/doctest.h>

#include <cstdio>
#include <ctnn/io/nifti_write.hpp>
#include <filesystem>
#include <limits>
#include <string>

#include "nifti_files.hpp"
#include "temporary_folder.hpp"

using namespace ctnn;

namespace {

byte_vector first_bytes(const byte_vector& of, std::size_t size) {
    return {of.begin(), of.begin() + static_cast<std::ptrdiff_t>(size)};
}

#if defined(CTNN_WITH_ZLIB)
byte_vector packed(byte_view content) {
    auto done = gzip(content);
    REQUIRE(done.has_value());
    return *std::move(done);
}

byte_vector joined(byte_vector a, const byte_vector& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

error_kind kind_of(const byte_vector& file) { return parse_nifti(file, "x.nii.gz").error().kind(); }
#endif

}  // namespace

TEST_CASE("a file that is cut at any byte is refused, and a longer one as well") {
    extent files = 0, accepted = 0;
    for (const int version : {1, 2}) {
        for (const bool extended : {false, true}) {
            const byte_vector whole = small_file(version, extended, extended);
            REQUIRE(parse_nifti(whole).has_value());
            for (std::size_t size = 0; size < whole.size(); ++size) {
                const auto image = parse_nifti(first_bytes(whole, size));
                accepted += image.has_value();
                CHECK(image.error().kind() == error_kind::truncated);
                ++files;
            }
            byte_vector longer = whole;
            longer.push_back(0);
            CHECK(parse_nifti(longer).error().kind() == error_kind::trailing_data);
        }
    }
    CHECK(accepted == 0);
    std::printf("cut .nii files: %d, %d accepted\n", static_cast<int>(files), static_cast<int>(accepted));
}

TEST_CASE("a pair of which either file is cut at any byte is refused") {
    extent files = 0, accepted = 0;
    for (const int version : {1, 2}) {
        for (const bool extended : {false, true}) {
            nifti_image image = small_nifti(version, extended);
            if (extended) image.extensions = {{4, byte_vector(24, 'a')}, {6, byte_vector(8, 'b')}};
            const auto whole = format_nifti(image, true);
            REQUIRE(whole.has_value());
            const auto read = parse_nifti_pair(whole->header, whole->voxels);
            REQUIRE(read.has_value());
            CHECK(read->extensions == image.extensions);
            for (std::size_t size = 0; size < whole->voxels.size(); ++size, ++files)
                accepted += parse_nifti_pair(whole->header, first_bytes(whole->voxels, size)).has_value();
            for (std::size_t size = 0; size < whole->header.size(); ++size, ++files) {
                const auto cut = parse_nifti_pair(first_bytes(whole->header, size), whole->voxels);
                // Cut right behind the header, or behind an extension, a .hdr file is whole: it has fewer extensions.
                const std::size_t bare = version == 1 ? 348 : 540;
                const bool legal = extended && (size == bare || size == bare + 4 + 32);
                CHECK(cut.has_value() == legal);
                if (cut) CHECK(cut->voxels.bytes == image.voxels.bytes);
                accepted += cut.has_value() && !legal;
            }
            for (const bool first : {true, false}) {
                nifti_content longer = {whole->header, whole->voxels};
                (first ? longer.header : longer.voxels).push_back(0);
                CHECK_FALSE(parse_nifti_pair(longer.header, longer.voxels).has_value());
            }
        }
    }
    CHECK(accepted == 0);
    std::printf("cut .hdr and .img files: %d, %d accepted\n", static_cast<int>(files), static_cast<int>(accepted));
}

TEST_CASE("a .hdr file may end with four zeros or its flag, which asks for an extension") {
    const nifti_image image = small_nifti();
    auto pair = format_nifti(image, true);
    REQUIRE(pair.has_value());
    for (const std::size_t size : {std::size_t{349}, std::size_t{351}}) {
        pair->header.resize(size);
        CHECK(parse_nifti_pair(pair->header, pair->voxels, "x.hdr").error().kind() == error_kind::truncated);
    }
    pair->header.resize(352);
    CHECK(parse_nifti_pair(pair->header, pair->voxels).has_value());
    pair->header[348] = 1;
    CHECK(parse_nifti_pair(pair->header, pair->voxels, "x.hdr").error().kind() == error_kind::truncated);
    pair->header[348] = 0;
    pair->header.resize(353);
    CHECK(parse_nifti_pair(pair->header, pair->voxels, "x.hdr").error().kind() == error_kind::trailing_data);
    pair->header.resize(348);
    CHECK(parse_nifti(pair->header).error().kind() == error_kind::corrupt);  // the mark of a pair
    spoil(pair->header, true, false, "vox_offset", 0, 20);                   // voxels of a pair may begin anywhere
    CHECK(parse_nifti_pair(pair->header, pair->voxels).error().kind() == error_kind::truncated);
    pair->voxels.insert(pair->voxels.begin(), 20, 0xee);
    const auto shifted = parse_nifti_pair(pair->header, pair->voxels);
    REQUIRE(shifted.has_value());
    CHECK(shifted->voxels.bytes == image.voxels.bytes);
    CHECK(shifted->warnings.size() == 1);  // 20 is no multiple of 16
    pair->voxels.erase(pair->voxels.begin(), pair->voxels.begin() + 20);
    const auto single = format_nifti(image);
    CHECK(parse_nifti_pair(single->header, pair->voxels).error().kind() == error_kind::corrupt);
}

TEST_CASE("a header with any flipped bit is refused or gives the same stored numbers") {
    // What is not refused changes how the numbers are scaled, placed or described, or their type of equal size: these
    // fields carry no checksum in NIfTI.
    for (const int version : {1, 2}) {
        const byte_vector whole = small_file(version);
        const auto right = parse_nifti(whole);
        REQUIRE(right.has_value());
        extent refused = 0, equal = 0, retyped = 0, different = 0;
        const std::size_t header = version == 1 ? 352 : 544;
        for (std::size_t bit = 0; bit < 8 * header; ++bit) {
            byte_vector changed = whole;
            changed[bit / 8] = static_cast<unsigned char>(changed[bit / 8] ^ (1U << (bit % 8)));
            const auto image = parse_nifti(changed);
            if (!image)
                ++refused;
            else if (image->header.datatype != right->header.datatype)
                ++retyped;
            else if (image->voxels.bytes == right->voxels.bytes)
                ++equal;
            else
                ++different;
        }
        std::printf("NIfTI-%d headers with a flipped bit: %d refused, %d equal, %d of another type, %d different\n",
                    version, static_cast<int>(refused), static_cast<int>(equal), static_cast<int>(retyped),
                    static_cast<int>(different));
        CHECK(different == 0);
        CHECK(retyped == 0);  // int16 and uint16 differ by two bits
        CHECK(refused > 150);
    }
}

TEST_CASE("voxels beyond the budget are refused") {
    const byte_vector file = small_file();
    CHECK(parse_nifti(file, "x.nii", 48).has_value());
    const auto refused = parse_nifti(file, "x.nii", 47);
    CHECK(refused.error().kind() == error_kind::too_large);
    CHECK(refused.error().offset() == 40);
    CHECK(refused.error().message() == "x.nii: at byte 40: found 48 bytes of voxels, expected a budget of 47");
}

#if defined(CTNN_WITH_ZLIB)

TEST_CASE("a packed file that is cut at any byte is refused") {
    for (const int version : {1, 2}) {
        const byte_vector whole = packed(small_file(version, false, true));
        REQUIRE(parse_nifti(whole).has_value());
        extent accepted = 0;
        for (std::size_t size = 0; size < whole.size(); ++size)
            accepted += parse_nifti(first_bytes(whole, size)).has_value();
        CHECK(accepted == 0);
        std::printf("cut .nii.gz files: %d, %d accepted\n", static_cast<int>(whole.size()), static_cast<int>(accepted));
    }
}

TEST_CASE("a packed file with any flipped bit is refused or gives the same voxels") {
    const byte_vector whole = packed(small_file());
    const auto right = parse_nifti(whole);
    REQUIRE(right.has_value());
    extent refused = 0, different = 0;
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
        byte_vector changed = whole;
        changed[bit / 8] = static_cast<unsigned char>(changed[bit / 8] ^ (1U << (bit % 8)));
        const auto image = parse_nifti(changed);
        refused += !image.has_value();
        different += image && (image->voxels.bytes != right->voxels.bytes ||
                               !(image->header.affine() == right->header.affine()));
    }
    CHECK(different == 0);
    std::printf("packed files with a flipped bit: %d, %d refused, %d different\n", static_cast<int>(8 * whole.size()),
                static_cast<int>(refused), static_cast<int>(different));
}

TEST_CASE("gzip members follow each other, zeros pad, checksums count, anything else behind them is refused") {
    const byte_vector plain = small_file(1, false, true);
    const byte_vector whole = packed(plain);
    CHECK(parse_nifti(whole)->voxels.bytes == small_nifti().voxels.bytes);
    for (const std::size_t cut : {std::size_t{0}, std::size_t{3}, std::size_t{200}, std::size_t{348}, plain.size()}) {
        const byte_view front(plain.data(), static_cast<extent>(cut));
        const byte_view back(plain.data() + cut, static_cast<extent>(plain.size() - cut));
        const auto image = parse_nifti(joined(packed(front), packed(back)));
        REQUIRE(image.has_value());
        CHECK(image->voxels.bytes == small_nifti().voxels.bytes);
    }
    CHECK(kind_of(joined(whole, byte_vector(20))) == error_kind::none);
    CHECK(kind_of(joined(whole, {0, 0, 1})) == error_kind::trailing_data);
    CHECK(kind_of(joined(whole, {'x'})) == error_kind::trailing_data);
    CHECK(kind_of(joined(whole, {0x1f, 0x8b})) == error_kind::truncated);
    CHECK(kind_of(joined(whole, packed(byte_vector(1)))) == error_kind::trailing_data);
    CHECK(kind_of(joined(whole, whole)) == error_kind::trailing_data);
    byte_vector changed = whole;
    changed[changed.size() - 6] ^= 1;
    CHECK(kind_of(changed) == error_kind::corrupt);  // the CRC
    changed = whole;
    changed[changed.size() - 1] ^= 1;
    CHECK(kind_of(changed) == error_kind::corrupt);  // the size
    changed = whole;
    changed[2] = 7;
    CHECK(kind_of(changed) == error_kind::corrupt);  // another method than deflate
    CHECK(kind_of({0x1f, 0x8b}) == error_kind::truncated);
    const auto twice = gunzip(joined(packed(byte_vector(3, 'a')), packed(byte_vector(2, 'b'))), "x", 5);
    REQUIRE(twice.has_value());
    CHECK(std::string(twice->begin(), twice->end()) == "aaabb");
    CHECK(gunzip(packed(byte_vector(6)), "x", 5).error().kind() == error_kind::too_large);
    CHECK(gunzip(packed(byte_vector{}), "x", std::numeric_limits<std::int64_t>::max())->empty());
}

TEST_CASE("a packed pair is checked as a plain one, and each file for itself") {
    const auto pair = format_nifti(small_nifti(), true);
    REQUIRE(pair.has_value());
    const byte_vector header = packed(pair->header), voxels = packed(pair->voxels);
    const auto read = [](const byte_vector& h, const byte_vector& v, std::int64_t budget = default_budget) {
        return parse_nifti_pair(h, v, "x.hdr.gz", "x.img.gz", budget).error().kind();
    };
    CHECK(read(header, voxels) == error_kind::none);
    CHECK(read(header, voxels, 347) == error_kind::too_large);
    for (std::size_t size = 0; size < header.size(); ++size)
        CHECK(read(first_bytes(header, size), voxels) != error_kind::none);
    for (std::size_t size = 0; size < voxels.size(); ++size)
        CHECK(read(header, first_bytes(voxels, size)) != error_kind::none);
    CHECK(read(header, joined(voxels, {1})) == error_kind::trailing_data);
    CHECK(read(header, joined(voxels, packed(byte_vector(1)))) == error_kind::trailing_data);
    CHECK(read(header, packed(byte_view(pair->voxels.data(), 47))) == error_kind::truncated);
    CHECK(read(pair->header, voxels) != error_kind::none);  // the name says that it is packed
}

TEST_CASE("a bomb of zeros is unpacked no further than its header says") {
    byte_vector bomb = small_file();
    bomb.resize(20'000'000);
    const byte_vector file = packed(bomb);
    CHECK(file.size() < 25'000);
    const auto image = parse_nifti(file, "bomb.nii.gz");
    CHECK(image.error().kind() == error_kind::trailing_data);
    // A header that promises what so few bytes cannot hold is refused before anything behind it is unpacked.
    spoil(bomb, true, false, "dim", 1, 4000);
    spoil(bomb, true, false, "dim", 2, 4000);
    const auto lie = parse_nifti(packed(byte_view(bomb.data(), 400)), "lie.nii.gz");
    CHECK(lie.error().kind() == error_kind::truncated);
    CHECK(lie.error().message().find("packed bytes, expected enough for 64000352") != std::string::npos);
    // One that stays below the ratio is unpacked until it ends, and memory grows no faster than that.
    spoil(bomb, true, false, "dim", 1, 2000);
    spoil(bomb, true, false, "dim", 2, 3);
    CHECK(parse_nifti(packed(byte_view(bomb.data(), 5000)), "lie.nii.gz").error().kind() == error_kind::truncated);
}

#else

TEST_CASE("a packed file is refused by name without zlib") {
    const auto image = parse_nifti({0x1f, 0x8b, 8, 0}, "x.nii.gz");
    CHECK(image.error().kind() == error_kind::unsupported);
    CHECK(image.error().message().find("CTNN_WITH_ZLIB") != std::string::npos);
}

#endif

TEST_CASE("files are written and read back under every name") {
    const temporary_folder folder;
    for (const char* name : {
             "a.nii", "b.hdr", "c.img", "d.HDR",
#if defined(CTNN_WITH_ZLIB)
                 "a.nii.gz", "b.hdr.gz", "c.img.gz",
#endif
         }) {
        INFO(std::string(name));
        for (const int version : {1, 2}) {
            nifti_image image = small_nifti(version, version == 2);
            image.extensions.push_back({6, {'t', 'e', 'x', 't'}});
            REQUIRE_FALSE(write_nifti(folder / name, image));
            const auto back = read_nifti(folder / name);
            if (!back) FAIL(back.error().what());
            CHECK(back->voxels.bytes == image.voxels.bytes);
            CHECK(back->voxels.shape == image.voxels.shape);
            CHECK(back->header.version == version);
            CHECK(back->header.affine() == small_nifti(version).header.affine());
            CHECK(back->extensions.size() == 1);
            CHECK(back->extensions[0].content == byte_vector{'t', 'e', 'x', 't', 0, 0, 0, 0});
            CHECK(back->warnings.empty());
        }
    }
    std::filesystem::remove(folder / "b.hdr");
    CHECK(read_nifti(folder / "b.img").error().file() == folder / "b.hdr");
    std::filesystem::remove(folder / "c.img");
    const auto missing = read_nifti(folder / "c.hdr");
    CHECK(missing.error().kind() == error_kind::cannot_open);
    CHECK(missing.error().file() == folder / "c.img");
    CHECK(read_nifti(folder.path().string()).error().kind() == error_kind::cannot_open);
}

TEST_CASE("either file of a pair that is missing is named") {
    const temporary_folder folder;
    REQUIRE_FALSE(write_nifti(folder / "a.hdr", small_nifti()));
    REQUIRE(std::filesystem::remove(folder / "a.img"));
    CHECK(read_nifti(folder / "a.hdr").error().file() == folder / "a.img");
    REQUIRE_FALSE(write_nifti(folder / "a.hdr", small_nifti()));
    REQUIRE(std::filesystem::remove(folder / "a.hdr"));
    CHECK(read_nifti(folder / "a.img").error().file() == folder / "a.hdr");
    CHECK(read_nifti(folder / "a.img").error().kind() == error_kind::cannot_open);
}

TEST_CASE("what cannot be written is refused and leaves the old file") {
    const temporary_folder folder;
    const std::string path = folder / "a.nii";
    REQUIRE_FALSE(write_nifti(path, small_nifti()));
    const auto before = read_file(path);
    const auto refused = [&](nifti_image image) {
        const error failed = write_nifti(path, image);
        CHECK(*read_file(path) == *before);
        return failed.kind() == error_kind::invalid_argument;
    };
    nifti_image image = small_nifti();
    image.header.dim[1] = 5;
    CHECK(refused(image));
    image = small_nifti();
    image.header.dim[0] = 9;
    CHECK(refused(image));
    image = small_nifti();
    image.header.datatype = 512;
    CHECK(refused(image));
    image = small_nifti();
    image.header.bitpix = 8;
    CHECK(refused(image));
    image = small_nifti();
    image.header.version = 3;
    CHECK(refused(image));
    image = small_nifti();
    image.header.slice_end = 40000;
    CHECK(refused(image));
    image.header.version = 2;
    CHECK_FALSE(write_nifti(path, image));
    image.header.version = 1;
    image.header.slice_end = 0;
    image.header.toffset = 1e300;
    CHECK(format_nifti(image).error().kind() == error_kind::invalid_argument);
    image = small_nifti();
    image.header.scl_inter = std::numeric_limits<double>::infinity();
    CHECK(format_nifti(image).error().kind() == error_kind::not_finite);
    image = small_nifti();
    image.header.srow_y[1] = std::numeric_limits<double>::quiet_NaN();
    CHECK(format_nifti(image).error().kind() == error_kind::not_finite);
    CHECK(write_nifti(folder / "a.png", small_nifti()).kind() == error_kind::invalid_argument);
    const auto wide = make_nifti(make_array({40000}, std::vector<float>(40000)));
    CHECK(wide.header.version == 2);
    CHECK(format_nifti(wide).has_value());
}
