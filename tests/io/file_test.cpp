// SPDX-License-Identifier: MIT
/// \file
/// Whole files: what is refused, and that a failed write changes nothing.
#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <csignal>
#include <ctnn/io/checksum.hpp>
#include <ctnn/io/file.hpp>
#include <filesystem>

#include "temporary_folder.hpp"

using namespace ctnn;
namespace fs = std::filesystem;

namespace {

byte_vector bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

extent files_in(const fs::path& folder) {
    extent count = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder)) ++count;
    return count;
}

}  // namespace

TEST_CASE("a file is written and read back, and replaced") {
    const temporary_folder folder;
    const std::string path = folder / "a.bin";
    byte_vector large(3 << 20);
    for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<unsigned char>(i * 7);
    for (const byte_vector& content : {bytes_of("first"), large, byte_vector{}}) {
        CHECK_FALSE(write_file(path, content));
        const auto read = read_file(path);
        REQUIRE(read.has_value());
        CHECK(*read == content);
    }
    CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a verified file takes the place of the old one, and of what a killed program left") {
    const temporary_folder folder;
    const std::string path = folder / "a.bin";
    CHECK_FALSE(write_file(path + ".new", bytes_of("half of it")));
    for (const byte_vector& content : {bytes_of("first"), bytes_of("second one"), byte_vector{}}) {
        CHECK_FALSE(write_verified_file(path, content));
        CHECK(*read_file(path) == content);
        CHECK(files_in(folder.path()) == 1);
    }
    CHECK(write_verified_file(folder / "none" + "/a.bin", bytes_of("x")).kind() == error_kind::cannot_write);
}

TEST_CASE("what is no regular file is refused at once") {
    const temporary_folder folder;
    const std::string pipe = folder / "pipe";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    for (const std::string& path :
         {folder.path().string(), pipe, std::string("/dev/zero"), std::string("/dev/null"), folder / "missing"}) {
        CAPTURE(path);
        const auto read = read_file(path);
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().kind() == error_kind::cannot_open);
        CHECK(read.error().file() == path);
    }
    CHECK(write_file(pipe, bytes_of("x")).kind() == error_kind::cannot_write);
    CHECK(write_file("/dev/null", bytes_of("x")).kind() == error_kind::cannot_write);
    CHECK(write_file(folder.path().string(), bytes_of("x")).kind() == error_kind::cannot_write);
    CHECK(fs::is_fifo(pipe));
}

TEST_CASE("a file beyond the budget is refused before it is read") {
    const temporary_folder folder;
    const std::string path = folder / "sparse";
    REQUIRE_FALSE(write_file(path, bytes_of("x")));
    fs::resize_file(path, std::uintmax_t{1} << 40);  // no disk blocks: only its size is large
    CHECK(read_file(path).error().kind() == error_kind::too_large);
    fs::resize_file(path, 100);
    CHECK(read_file(path, 99).error().kind() == error_kind::too_large);
    CHECK(read_file(path, 100).has_value());
}

TEST_CASE("a write that fails leaves the old file and no other") {
    const temporary_folder folder;
    const std::string path = folder / "a.bin";
    REQUIRE_FALSE(write_file(path, bytes_of("old")));
    // No file may grow beyond 1000 bytes: the disk is full in the middle of the write.
    struct rlimit before {};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    struct rlimit small = before;
    small.rlim_cur = 1000;
    auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    const error failed = write_file(path, byte_vector(5000));
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    std::signal(SIGXFSZ, handler);
    CHECK(failed.kind() == error_kind::cannot_write);
    CHECK(failed.message().find("unchanged") != std::string::npos);
    CHECK(*read_file(path) == bytes_of("old"));
    CHECK(files_in(folder.path()) == 1);
    CHECK(write_file(folder / "no/such/folder", bytes_of("x")).kind() == error_kind::cannot_write);
}

TEST_CASE("permissions and symbolic links outlive a write") {
    const temporary_folder folder;
    const std::string path = folder / "a.bin", link = folder / "link";
    REQUIRE_FALSE(write_file(path, bytes_of("old")));
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    fs::create_symlink("a.bin", link);
    CHECK_FALSE(write_file(link, bytes_of("new")));
    CHECK(fs::is_symlink(link));
    CHECK(*read_file(path) == bytes_of("new"));
    CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("checksums have their published values") {
    CHECK(crc32(bytes_of("123456789")) == 0xCBF43926U);
    CHECK(crc32(bytes_of("6789"), crc32(bytes_of("12345"))) == 0xCBF43926U);
    CHECK(crc32(byte_vector{}) == 0);
    CHECK(crc32c(bytes_of("123456789")) == 0xE3069283U);
    CHECK(adler32(bytes_of("Wikipedia")) == 0x11E60398U);
    CHECK(adler32(byte_vector(100000, 255)) == 0x149a302cU);
}

TEST_CASE("hash64 is fixed for ever and sees every flipped bit and length") {
    CHECK(hash64(byte_vector{}) != hash64(byte_vector(1)));
    CHECK(hash64(bytes_of("ctnn")) == hash64(bytes_of("ctnn")));
    CHECK(hash64(bytes_of("123456789")) == 0x7122e465e0f50205U);
    byte_vector bytes(61, 0x5A);
    const std::uint64_t whole = hash64(bytes);
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        bytes[bit / 8] = static_cast<unsigned char>(bytes[bit / 8] ^ (1U << (bit % 8)));
        CHECK(hash64(bytes) != whole);
        bytes[bit / 8] = static_cast<unsigned char>(bytes[bit / 8] ^ (1U << (bit % 8)));
    }
    bytes.push_back(0);
    CHECK(hash64(bytes) != whole);
}

TEST_CASE("products and sums are checked") {
    std::int64_t value = 5;
    CHECK(checked_multiply(1 << 20, 1 << 20, value));
    CHECK(value == std::int64_t{1} << 40);
    CHECK_FALSE(checked_multiply(std::int64_t{1} << 62, 2, value));
    CHECK_FALSE(checked_multiply(-1, 2, value));
    CHECK_FALSE(checked_add(0x7fffffffffffffff, 1, value));
    CHECK(value == std::int64_t{1} << 40);
    CHECK(checked_bytes({0, 5}, 4, value));
    CHECK(value == 0);
    CHECK_FALSE(checked_bytes({0, extent{1} << 62, extent{1} << 62}, 4, value));
}

TEST_CASE("the byte reader never leaves its bytes") {
    const byte_vector bytes{1, 2, 3, 4, 5};
    byte_reader reader(bytes);
    std::uint32_t four = 0;
    std::uint16_t two = 0;
    CHECK(reader.little(four));
    CHECK(four == 0x04030201);
    CHECK_FALSE(reader.big(two));
    CHECK(reader.left() == 1);
    CHECK_FALSE(reader.skip(2));
    CHECK_FALSE(reader.skip(-1));
    CHECK(reader.skip(1));
    CHECK(byte_reader(bytes, 99).left() == 0);
}
