// SPDX-License-Identifier: MIT
/// \file
/// Archives of arrays, as NumPy writes them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <ctnn/io/npz.hpp>

#include "temporary_folder.hpp"

using namespace ctnn;

namespace {

const array small = make_array<std::int32_t>({3}, {1, 2, 3});
const array only_zeros = make_array<float>({40, 5}, std::vector<float>(200));

byte_vector archive() {
    byte_vector out;
    REQUIRE(detail::format_zip({{"a.npy", format_npy(small)}, {"b.npy", format_npy(only_zeros)}}, out));
    return out;
}

struct reading {
    bool read;   ///< both arrays came
    bool equal;  ///< and are right
};

reading read_all(const byte_vector& file) {
    const auto opened = parse_npz(file, "x.npz");
    if (!opened) return {false, false};
    const auto a = opened->read("a"), b = opened->read("b");
    if (!a || !b) return {false, false};
    return {true, a->bytes == small.bytes && b->bytes == only_zeros.bytes};
}

}  // namespace

TEST_CASE("an archive is written and read back") {
    const temporary_folder folder;
    REQUIRE_FALSE(write_npz(folder / "x.npz", {{"images", only_zeros}, {"labels", small}}));
    const auto file = read_npz(folder / "x.npz");
    REQUIRE(file.has_value());
    CHECK(file->names() == std::vector<std::string>{"images", "labels"});
    CHECK(file->contains("labels"));
    CHECK(file->read("labels")->as<int>() == std::vector<int>{1, 2, 3});
    CHECK(file->read("images")->shape == std::vector<extent>{40, 5});
    const auto missing = file->read("masks");
    CHECK(missing.error().kind() == error_kind::invalid_argument);
    CHECK(missing.error().message().find("images, labels") != std::string::npos);
}

TEST_CASE("an archive cut at any byte is refused, and longer as well") {
    const byte_vector whole = archive();
    REQUIRE(read_all(whole).equal);
    extent accepted = 0;
    for (std::size_t size = 0; size < whole.size(); ++size)
        accepted +=
            parse_npz(byte_vector(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))).has_value();
    CHECK(accepted == 0);
    byte_vector longer = whole;
    longer.push_back(0);
    CHECK_FALSE(parse_npz(longer).has_value());
}

TEST_CASE("an archive with any flipped bit is refused or gives the same numbers") {
    const byte_vector whole = archive();
    extent different = 0, refused = 0;
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
        byte_vector changed = whole;
        changed[bit / 8] = static_cast<unsigned char>(changed[bit / 8] ^ (1U << (bit % 8)));
        const reading found = read_all(changed);
        refused += !found.read;
        different += found.read && !found.equal;
    }
    CHECK(different == 0);
    CHECK(refused > 6000);
}

TEST_CASE("members beyond the budget, inside each other or twice are refused before they are unpacked") {
    CHECK(parse_npz(archive(), "x", 500).error().kind() == error_kind::too_large);
    byte_vector twice;
    REQUIRE(detail::format_zip({{"a.npy", format_npy(small)}, {"a.npy", format_npy(small)}}, twice));
    CHECK(parse_npz(twice).error().kind() == error_kind::corrupt);
    // The second directory entry points to the first member.
    byte_vector inside;
    REQUIRE(detail::format_zip({{"a.npy", format_npy(small)}, {"a.npy", format_npy(small)}}, inside));
    const std::size_t last = inside.size() - 22 - 5 - 4;
    for (std::size_t i = 0; i < 4; ++i) inside[last + i] = 0;
    CHECK(parse_npz(inside).error().kind() == error_kind::corrupt);
    // A member whose data are another one, with an entry for that as well.
    byte_vector inner, outer;
    REQUIRE(detail::format_zip({{"b.npy", format_npy(small)}}, inner));
    const auto directory = inner.end() - 22 - 51;
    REQUIRE(detail::format_zip({{"a.npy", byte_vector(inner.begin(), directory)}}, outer));
    byte_vector entry(directory, inner.end() - 22);
    entry[42] = 35;
    outer.insert(outer.end() - 22, entry.begin(), entry.end());
    outer[outer.size() - 22 + 8] = outer[outer.size() - 22 + 10] = 2;
    outer[outer.size() - 22 + 12] = 2 * 51;
    CHECK(parse_npz(outer).error().message().find("a member inside another") != std::string::npos);
    CHECK(parse_npz({'P', 'K', 5, 6}).error().kind() == error_kind::truncated);
    CHECK(parse_npz({1, 2, 3}).error().kind() == error_kind::wrong_format);
}

TEST_CASE("headers of a zip file that lie or contradict each other are refused with the reason") {
    const byte_vector content = format_npy(small);
    byte_vector whole;
    REQUIRE(detail::format_zip({{"a.npy", content}}, whole));
    const std::size_t entry = 30 + 5 + content.size(), end = entry + 46 + 5;  // behind the header in front of the data
    REQUIRE(whole.size() == end + 22);
    struct lie {
        std::size_t at, bytes;
        std::uint32_t value;
        error_kind kind;
        const char* words;
    };
    constexpr error_kind corrupt = error_kind::corrupt, unsupported = error_kind::unsupported;
    const lie all[] = {
        {0, 1, 'Q', error_kind::wrong_format, "another signature"},
        {2, 1, 9, corrupt, "no header before member a.npy"},
        {8, 2, 8, corrupt, "another method before member a.npy"},
        {14, 4, 1, corrupt, "another size or checksum before member a.npy"},
        {18, 4, 1, corrupt, "another size or checksum before member a.npy"},
        {22, 4, 1, corrupt, "another size or checksum before member a.npy"},
        {26, 2, 4, corrupt, "another name before member a.npy"},
        {26, 2, 6, corrupt, "reaches into the directory before member a.npy"},
        {28, 2, 1, corrupt, "reaches into the directory before member a.npy"},
        {30, 1, 'b', corrupt, "another name before member a.npy"},
        {entry, 1, 'Q', corrupt, "no whole directory entry"},
        {entry + 8, 2, 1, unsupported, "an encrypted member a.npy"},
        {entry + 10, 2, 12, unsupported, "compression method 12"},
        {entry + 20, 4, 0xffffffff, unsupported, "of 4 GiB or more"},
        {entry + 24, 4, 0xffffffff, unsupported, "of 4 GiB or more"},
        {entry + 42, 4, 0xffffffff, unsupported, "of 4 GiB or more"},
        {entry + 24, 4, 1, corrupt, "a stored member of two sizes"},
        {entry + 28, 2, 6, corrupt, "no whole directory entry"},
        {entry + 28, 2, 4, corrupt, "another name before member a.np"},
        {entry + 32, 2, 1, corrupt, "no whole directory entry"},
        {entry + 42, 4, 1, corrupt, "no header before member a.npy"},
        {entry + 42, 4, 0x7fffffff, corrupt, "no header before member a.npy"},
        {end, 1, 'Q', error_kind::truncated, "no end of a zip directory"},
        {end + 4, 2, 1, unsupported, "a part of a split zip file"},
        {end + 6, 2, 1, unsupported, "a part of a split zip file"},
        {end + 8, 2, 2, unsupported, "a part of a split zip file"},
        {end + 8, 4, 0xffffffff, unsupported, "a zip file of 4 GiB or 65535 members"},
        {end + 12, 4, 0xffffffff, unsupported, "a zip file of 4 GiB or 65535 members"},
        {end + 16, 4, 0xffffffff, unsupported, "a zip file of 4 GiB or 65535 members"},
        {end + 12, 4, 50, corrupt, "a directory of 50 bytes"},
        {end + 16, 4, 0x7fffffff, corrupt, "a directory of 51 bytes"},
        {end + 8, 4, 0, corrupt, "more than 0 entries"},
        {end + 8, 4, 0x20002, corrupt, "no whole directory entry"},
        {end + 20, 2, 1, error_kind::truncated, "no end of a zip directory"},
    };
    for (const lie& one : all) {
        CAPTURE(one.at);
        CAPTURE(one.words);
        byte_vector file = whole;
        for (std::size_t i = 0; i < one.bytes; ++i) file[one.at + i] = static_cast<unsigned char>(one.value >> (8 * i));
        const auto read = parse_npz(file, "x.npz");
        CHECK(read.error().kind() == one.kind);
        CHECK(read.error().message().find(one.words) != std::string::npos);
    }
    // Deflate reaches 1032 times its size, and no more may be claimed.
    byte_vector far = whole;
    far[entry + 10] = 8;
    far[entry + 27] = 0x7f;
    CHECK(parse_npz(far).error().message().find("a size that deflate cannot reach") != std::string::npos);
}

TEST_CASE("sizes of a member may follow its data, or stand in an extra field of 64 bits") {
    const byte_vector content = format_npy(small);
    byte_vector whole;
    REQUIRE(detail::format_zip({{"a.npy", content}}, whole));
    byte_vector behind = whole;
    behind[6] = 8;
    std::fill(behind.begin() + 14, behind.begin() + 26, static_cast<unsigned char>(0));
    CHECK(parse_npz(behind).has_value());

    const auto wide = [&](std::uint16_t id, std::uint16_t length, std::int64_t size) {
        byte_vector file = whole, field;
        append_little(field, id);
        append_little(field, length);
        append_little(field, static_cast<std::uint64_t>(size));
        append_little(field, static_cast<std::uint64_t>(content.size()));
        std::fill(file.begin() + 18, file.begin() + 26, static_cast<unsigned char>(0xff));
        file[28] = static_cast<unsigned char>(field.size());
        file.insert(file.begin() + 35, field.begin(), field.end());
        const std::size_t begin = file.size() - 22 + 16;
        file[begin] = static_cast<unsigned char>(file[begin] + field.size());
        return parse_npz(file, "x.npz").error().message();
    };
    const auto size = static_cast<std::int64_t>(content.size());
    CHECK(wide(1, 16, size).empty());
    CHECK(wide(1, 16, size + 1).find("another size or checksum") != std::string::npos);
    CHECK(wide(2, 16, size).find("no 64-bit sizes") != std::string::npos);
    CHECK(wide(1, 8, size).find("no 64-bit sizes") != std::string::npos);
    CHECK(wide(2, 17, size).find("no 64-bit sizes") != std::string::npos);
}

TEST_CASE("deflated archives are read with zlib and refused by name without") {
    const std::string path = CTNN_SHARED_DATA "/classification_pneumoniamnist/pneumoniamnist.npz";
    const auto file = read_npz(path);
    if (!file) {
        std::puts("skipped: pneumoniamnist.npz is not there");
        return;
    }
    const auto images = file->read("train_images");
#if defined(CTNN_WITH_ZLIB)
    REQUIRE(images.has_value());
    CHECK(images->shape == std::vector<extent>{4708, 28, 28});
    const auto labels = file->read("train_labels");
    REQUIRE(labels.has_value());
    extent ill = 0;
    for (const int label : labels->as<int>()) ill += label;
    CHECK(ill == 3494);
#else
    CHECK(images.error().kind() == error_kind::unsupported);
    CHECK(images.error().message().find("CTNN_WITH_ZLIB") != std::string::npos);
#endif
}

#if defined(CTNN_WITH_ZLIB)
TEST_CASE("deflate that is cut, changed or unpacks to another size is refused") {
    const byte_vector content = format_npy(only_zeros);
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    byte_vector packed(content.size() + 100);
    stream.next_in = const_cast<unsigned char*>(content.data());
    stream.avail_in = static_cast<unsigned>(content.size());
    stream.next_out = packed.data();
    stream.avail_out = static_cast<unsigned>(packed.size());
    REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    detail::zip_member member{
        "b.npy", true, crc32(content), static_cast<extent>(packed.size()), static_cast<extent>(content.size()), 0, 0};
    const auto whole = detail::read_zip_member(packed, "x", member);
    REQUIRE(whole.has_value());
    CHECK(*whole == content);
    for (std::size_t bit = 0; bit < 8 * packed.size(); ++bit) {
        byte_vector changed = packed;
        changed[bit / 8] = static_cast<unsigned char>(changed[bit / 8] ^ (1U << (bit % 8)));
        const auto read = detail::read_zip_member(changed, "x", member);
        if (read) CHECK(*read == content);
    }
    for (const extent size : {member.size - 1, member.size + 1}) {
        detail::zip_member other = member;
        other.size = size;
        CHECK(detail::read_zip_member(packed, "x", other).error().kind() == error_kind::corrupt);
    }
    member.packed -= 1;
    CHECK(detail::read_zip_member(packed, "x", member).error().kind() == error_kind::corrupt);
}
#endif
