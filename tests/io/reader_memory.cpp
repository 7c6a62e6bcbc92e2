// SPDX-License-Identifier: MIT
/// \file
/// How much memory hostile files take: every allocation of this program by new is counted. zlib's own memory, 40 KB
/// whatever the file says, is not.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctnn/io/csv.hpp>
#include <ctnn/io/nifti_write.hpp>
#include <ctnn/io/npz.hpp>
#include <ctnn/io/safetensors.hpp>
#include <limits>
#include <new>
#include <string>
#if defined(CTNN_WITH_IMAGES)
#include <ctnn/io/image.hpp>

#include "image_files.hpp"
#endif
#if defined(CTNN_WITH_ZLIB)
#include <zlib.h>
#endif

namespace {

std::size_t live = 0, peak = 0;
constexpr std::size_t room = 64;  // in front of each block, for its size

void* take(std::size_t size) {
    unsigned char* block = static_cast<unsigned char*>(std::malloc(size + room));
    if (block == nullptr) std::abort();
    std::memcpy(block, &size, sizeof size);
    live += size;
    peak = live > peak ? live : peak;
    return block + room;
}

void give(void* at) {
    if (at == nullptr) return;
    unsigned char* block = static_cast<unsigned char*>(at) - room;
    std::size_t size = 0;
    std::memcpy(&size, block, sizeof size);
    live -= size;
    std::free(block);
}

}  // namespace

void* operator new(std::size_t size) { return take(size); }
void operator delete(void* at) noexcept { give(at); }
void operator delete(void* at, std::size_t) noexcept { give(at); }

namespace {

using namespace ctnn;

int failures = 0;

constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t megabyte = 1 << 20;

/// Reads a file that is in memory already; its own copy, which the reader may take over, is not counted.
template <class Read>
void expect(const char* what, const byte_vector& content, error_kind kind, std::size_t most, const Read& read) {
    byte_vector file = content;
    const std::size_t before = live;
    peak = live;
    const auto made = read(std::move(file));
    const bool right = made.error().kind() == kind && peak - before < most;
    std::printf("%s: %zu bytes of file, peak of the heap + %zu bytes, %s%s\n", what, content.size(), peak - before,
                made ? "read" : made.error().what(), right ? "" : "  <-- WRONG");
    failures += !right;
}

void expect_nifti(const char* what, const byte_vector& content, std::int64_t budget, error_kind kind,
                  std::size_t most = megabyte) {
    expect(what, content, kind, most, [&](byte_vector file) { return parse_nifti(std::move(file), "x.nii", budget); });
}

/// The content of a file of int16, version 2, with these extents in its header and as many bytes as are wanted.
byte_vector claim(std::int64_t width, std::int64_t height, std::int64_t depth, std::size_t bytes) {
    nifti_image image = make_nifti(make_array<std::int16_t>({1, 1, 1}, {7}));
    image.header.version = 2;
    const auto content = format_nifti(image);
    if (!content) std::abort();
    byte_vector file = content->header;
    file.resize(bytes);
    const std::int64_t axes[] = {width, height, depth};
    for (std::size_t axis = 0; axis < 3; ++axis)
        for (std::size_t i = 0; i < 8; ++i)
            file[24 + 8 * axis + i] = static_cast<unsigned char>(static_cast<std::uint64_t>(axes[axis]) >> (8 * i));
    return file;
}

void try_volumes() {
    const byte_vector large = claim(3000, 3000, 1000, 600);
    expect_nifti("18 GB claimed", large, default_budget, error_kind::too_large);
    expect_nifti("18 GB claimed, any budget", large, any, error_kind::truncated);
    expect_nifti("2^62 bytes claimed, any budget", claim(std::int64_t{1} << 61, 1, 1, 600), any, error_kind::truncated);
#if defined(CTNN_WITH_ZLIB)
    const auto packed = [](const byte_vector& content) {
        auto file = gzip(content);
        if (!file) std::abort();
        return *std::move(file);
    };
    expect_nifti("18 GB claimed, packed", packed(large), default_budget, error_kind::too_large);
    expect_nifti("18 GB claimed, packed, any budget", packed(large), any, error_kind::truncated);
    // 100 MB of zeros behind two voxels: nothing behind the first byte too many is unpacked.
    expect_nifti("bomb of 100 MB", packed(claim(2, 1, 1, 100'000'000)), default_budget, error_kind::trailing_data);
    // 200 MB claimed and 1 MB there, in a file that 1032 times its size could be: memory follows what comes out.
    byte_vector noise = claim(100'000, 1000, 1, megabyte);
    std::uint32_t state = 1;
    for (std::size_t i = 600; i < noise.size(); ++i)
        noise[i] = static_cast<unsigned char>((state = state * 1664525 + 1013904223) >> 24);
    expect_nifti("200 MB claimed, 1 MB there", packed(noise), default_budget, error_kind::truncated, 10 * megabyte);
#endif
}

void try_arrays() {
    const auto npy = [](byte_vector file) { return parse_npy(std::move(file), "x.npy"); };
    const auto npz = [](byte_vector file) { return parse_npz(std::move(file), "x.npz", any); };
    const auto tensors = [](byte_vector file) { return parse_safetensors(std::move(file), "x.safetensors"); };
    byte_vector array = format_npy(make_array<float>({1}, {1}));
    const std::string claimed = "(8589934592,), }";  // 32 GiB of float
    for (std::size_t i = 0; i + 4 < array.size(); ++i)
        if (std::memcmp(array.data() + i, "(1,)", 4) == 0)
            std::memcpy(array.data() + i, claimed.data(), claimed.size());
    expect("an array of 32 GiB claimed", array, error_kind::truncated, megabyte, npy);

    byte_vector archive;
    if (!detail::format_zip({{"a.npy", array}}, archive)) std::abort();
    // The size of the unpacked member, 24 bytes behind the mark of its entry in the directory.
    for (std::size_t i = 0; i + 28 < archive.size(); ++i)
        if (std::memcmp(archive.data() + i, "PK\1\2", 4) == 0) std::memset(archive.data() + i + 24, 0x7f, 4);
    expect("a member of 2 GB claimed", archive, error_kind::corrupt, megabyte, npz);

    byte_vector model;
    append_little(model, ~std::uint64_t{0});
    append_text(model, "{}");
    expect("a header of 2^64 bytes claimed", model, error_kind::too_large, megabyte, tensors);
    const std::string header = R"({"a":{"dtype":"F32","shape":[4294967296,1073741823],"data_offsets":[0,8]}})";
    model.clear();
    append_little(model, static_cast<std::uint64_t>(header.size()));
    append_text(model, header + "12345678");
    expect("a tensor of 2^64 bytes claimed", model, error_kind::corrupt, megabyte, tensors);

    byte_vector table(2 * megabyte, ',');
    expect("a row of 2097153 fields", table, error_kind::too_large, megabyte,
           [](byte_vector file) { return parse_csv(std::move(file), "x.csv", {.heading = false}); });
}

#if defined(CTNN_WITH_IMAGES)

void expect_image(const char* what, const byte_vector& content, error_kind kind, image_options options = {}) {
    expect(what, content, kind, megabyte, [&](const byte_vector& file) { return decode_image(file, options, "x"); });
}

/// A file of one pixel that claims others.
byte_vector bmp_of(std::int32_t width, std::int32_t height) {
    byte_vector file = image_files::bmp(1, 1, 3);
    std::memcpy(file.data() + 18, &width, 4);
    std::memcpy(file.data() + 22, &height, 4);
    return file;
}

void try_images() {
    using image_files::png_header;
    const std::int32_t least = std::numeric_limits<std::int32_t>::min();
    expect_image("PNG of 65535 x 65535", image_files::png(png_header(65535, 65535, 8, 0), {0}), error_kind::too_large);
    expect_image("PNG of 30000 x 30000", image_files::png(png_header(30000, 30000, 16, 6), {0}), error_kind::too_large);
    expect_image("BMP of 2^31 - 1 rows", bmp_of(1, std::numeric_limits<std::int32_t>::max()), error_kind::too_large);
    expect_image("BMP of -2^31 rows", bmp_of(1, least), error_kind::too_large);
    expect_image("BMP of -2^31 columns", bmp_of(least, 1), error_kind::corrupt);
    expect_image("BMP of 5000 x 5000 without them", bmp_of(5000, 5000), error_kind::truncated);
    expect_image("PNM of 5000 x 5000 without them", image_files::pnm("P6 5000 5000 255\n", 4), error_kind::truncated);
    byte_vector jpeg = image_files::jpeg(8, 8, 1);
    for (std::size_t i = 0; i + 9 < jpeg.size(); ++i)
        if (jpeg[i] == 0xFF && jpeg[i + 1] == 0xC0) std::memset(jpeg.data() + i + 5, 0xFF, 4);
    expect_image("JPEG of 65535 x 65535", jpeg, error_kind::too_large);
#if defined(CTNN_WITH_ZLIB)
    // 400 MB of zeros in 400 kB, for 20000 x 20000 pixels and for one.
    const byte_vector zeros(20000UL * 20001UL);
    uLongf size = compressBound(static_cast<uLong>(zeros.size()));
    byte_vector packed(size);
    if (compress2(packed.data(), &size, zeros.data(), static_cast<uLong>(zeros.size()), 6) != Z_OK) std::abort();
    packed.resize(size);
    const auto bomb = [&](std::uint32_t side) {
        byte_vector file{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
        image_files::append_chunk(file, "IHDR", png_header(side, side, 8, 0));
        image_files::append_chunk(file, "IDAT", packed);
        image_files::append_chunk(file, "IEND", {});
        return file;
    };
    expect_image("bomb of 400 MB, all of it pixels", bomb(20000), error_kind::too_large, {.budget = 64 << 20});
    expect_image("bomb of 400 MB behind one pixel", bomb(1), error_kind::corrupt);
#endif
}

#endif

}  // namespace

int main() {
    try_volumes();
    try_arrays();
#if defined(CTNN_WITH_IMAGES)
    try_images();
#endif
    return failures;
}
