// SPDX-License-Identifier: MIT
/// \file
/// Archives of arrays, as NumPy writes them.
#include <doctest/doctest.h>

#include <cstdio>
#include <ctnn/io/npz.hpp>

#include "temporary_folder.hpp"

using namespace ctnn;

namespace {

const array small = make_array<std::int32_t>({3}, {1, 2, 3});
const array zeros = make_array<float>({40, 5}, std::vector<float>(200));

byte_vector archive() {
    byte_vector out;
    REQUIRE(detail::format_zip({{"a.npy", format_npy(small)}, {"b.npy", format_npy(zeros)}}, out));
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
    return {true, a->bytes == small.bytes && b->bytes == zeros.bytes};
}

}  // namespace

TEST_CASE("an archive is written and read back") {
    const temporary_folder folder;
    REQUIRE_FALSE(write_npz(folder / "x.npz", {{"images", zeros}, {"labels", small}}));
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
    CHECK(parse_npz({'P', 'K', 5, 6}).error().kind() == error_kind::truncated);
    CHECK(parse_npz({1, 2, 3}).error().kind() == error_kind::wrong_format);
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
    const byte_vector content = format_npy(zeros);
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
