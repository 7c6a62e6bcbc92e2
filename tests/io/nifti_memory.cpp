// SPDX-License-Identifier: MIT
/// \file
/// How much memory hostile NIfTI files take: every allocation of this program by new is counted. zlib's own memory,
/// 40 KB whatever the file says, is not.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctnn/io/nifti_write.hpp>
#include <limits>
#include <new>

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

/// Reads a file that is in memory already; its own copy, which the reader takes over, is not counted.
void expect(const char* what, const byte_vector& content, std::int64_t budget, error_kind kind, std::size_t most) {
    byte_vector file = content;
    const std::size_t before = live;
    peak = live;
    const auto image = parse_nifti(std::move(file), "x.nii", budget);
    const bool right = image.error().kind() == kind && peak - before < most;
    std::printf("%s: %zu bytes of file, peak of the heap + %zu bytes, %s%s\n", what, content.size(), peak - before,
                image ? "read" : image.error().what(), right ? "" : "  <-- WRONG");
    failures += !right;
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

}  // namespace

int main() {
    constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();
    constexpr std::size_t megabyte = 1 << 20;
    expect("18 GB claimed", claim(3000, 3000, 1000, 600), default_budget, error_kind::too_large, megabyte);
    expect("18 GB claimed, any budget", claim(3000, 3000, 1000, 600), any, error_kind::truncated, megabyte);
    expect("2^62 bytes claimed, any budget", claim(std::int64_t{1} << 61, 1, 1, 600), any, error_kind::truncated,
           megabyte);
#if defined(CTNN_WITH_ZLIB)
    const auto packed = [](const byte_vector& content) {
        auto file = gzip(content);
        if (!file) std::abort();
        return *std::move(file);
    };
    expect("18 GB claimed, packed", packed(claim(3000, 3000, 1000, 600)), default_budget, error_kind::too_large,
           megabyte);
    expect("18 GB claimed, packed, any budget", packed(claim(3000, 3000, 1000, 600)), any, error_kind::truncated,
           megabyte);
    // 100 MB of zeros behind two voxels: nothing behind the first byte too many is unpacked.
    expect("bomb of 100 MB", packed(claim(2, 1, 1, 100'000'000)), default_budget, error_kind::trailing_data, megabyte);
    // 200 MB claimed and 1 MB there, in a file that 1032 times its size could be: memory follows what comes out.
    byte_vector noise = claim(100'000, 1000, 1, megabyte);
    std::uint32_t state = 1;
    for (std::size_t i = 600; i < noise.size(); ++i)
        noise[i] = static_cast<unsigned char>((state = state * 1664525 + 1013904223) >> 24);
    expect("200 MB claimed, 1 MB there", packed(noise), default_budget, error_kind::truncated, 10 * megabyte);
#endif
    return failures;
}
