// SPDX-License-Identifier: MIT
/// \file
/// MD5 against the sums of the standard and of md5sum, at every length around a block.
#include <doctest/doctest.h>

#include <ctnn/io/md5.hpp>

using namespace ctnn;

namespace {
std::string sum_of(const std::string& text) {
    return md5({reinterpret_cast<const unsigned char*>(text.data()), static_cast<extent>(text.size())});
}
}  // namespace

TEST_CASE("the sums of the standard's appendix") {
    CHECK(md5({}) == "d41d8cd98f00b204e9800998ecf8427e");
    CHECK(sum_of("a") == "0cc175b9c0f1b6a831c399e269772661");
    CHECK(sum_of("message digest") == "f96b697d7cb7938d525a2f31aaf161d0");
    CHECK(sum_of("12345678901234567890123456789012345678901234567890123456789012345678901234567890") ==
          "57edf4a22be3c955ac49da2e2107b67a");
}

TEST_CASE("lengths around a block of 64 bytes, and what md5sum says of them") {
    CHECK(sum_of(std::string(55, 'x')) == "04364420e25c512fd958a70738aa8f72");
    CHECK(sum_of(std::string(56, 'x')) == "668a72d5ba17f08e62dabcafad6db14b");
    CHECK(sum_of(std::string(57, 'x')) == "693037871c4a9d3d8685018905cb530a");
    CHECK(sum_of(std::string(63, 'x')) == "7dc2ca208106a2f703567bdff99d8981");
    CHECK(sum_of(std::string(64, 'x')) == "c1bb4f81d892b2d57947682aeb252456");
    CHECK(sum_of(std::string(65, 'x')) == "1bc932052302d074bdec39795fe00cf6");
    CHECK(sum_of(std::string(119, 'x')) == "ab347a5f68c8a443cfcddc633f12c24f");
    CHECK(sum_of(std::string(120, 'x')) == "fb98667f98096de92620b64f46e1c5b5");
    CHECK(sum_of(std::string(128, 'x')) == "d69cb61a6ee87200676eb0d4b90edbcb");
    CHECK(sum_of(std::string(1000, 'x')) == "398533d48111e9f664b1f64cb10c4b63");
}
