// SPDX-License-Identifier: MIT
/// \file
/// NumPy's arrays and archives.
#include <doctest/doctest.h>

#include <cstdio>
#include <ctnn/io/npz.hpp>
#include <limits>

#include "temporary_folder.hpp"

using namespace ctnn;

namespace {

/// An .npy file with this header text.
byte_vector npy(const std::string& header, const byte_vector& data, int version = 1) {
    byte_vector out{0x93, 'N', 'U', 'M', 'P', 'Y', static_cast<unsigned char>(version), 0};
    if (version == 1)
        append_little(out, static_cast<std::uint16_t>(header.size()));
    else
        append_little(out, static_cast<std::uint32_t>(header.size()));
    append_text(out, header);
    out.insert(out.end(), data.begin(), data.end());
    return out;
}

std::string header_of(const std::string& type, const std::string& shape, const std::string& fortran = "False") {
    return "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }          \n";
}

error_kind kind_of(const byte_vector& file) {
    const auto read = parse_npy(file, "x.npy");
    return read ? error_kind::none : read.error().kind();
}

}  // namespace

TEST_CASE("every number type survives writing and reading") {
    const temporary_folder folder;
    const auto check = [&](auto zero) {
        using T = decltype(zero);
        const std::vector<T> values{T(0), T(1), T(2), std::numeric_limits<T>::max(), std::numeric_limits<T>::lowest(),
                                    T(7)};
        REQUIRE_FALSE(write_npy(folder / "a.npy", make_array<T>({2, 3}, values)));
        const auto read = read_npy(folder / "a.npy");
        REQUIRE(read.has_value());
        CHECK(read->shape == std::vector<extent>{2, 3});
        CHECK(read->as<T>() == values);
    };
    check(std::uint8_t{});
    check(std::int8_t{});
    check(std::uint16_t{});
    check(std::int16_t{});
    check(std::uint32_t{});
    check(std::int32_t{});
    check(std::uint64_t{});
    check(std::int64_t{});
    check(float{});
    check(double{});
}

TEST_CASE("byte orders, Fortran order, versions and booleans are understood") {
    const auto big = parse_npy(npy(header_of(">i2", "(2,)"), {0x01, 0x02, 0xff, 0xfe}));
    REQUIRE(big.has_value());
    CHECK(big->as<int>() == std::vector<int>{0x0102, -2});
    const auto fortran = parse_npy(npy(header_of("|u1", "(2, 3)", "True"), {1, 4, 2, 5, 3, 6}, 2));
    REQUIRE(fortran.has_value());
    CHECK(fortran->as<int>() == std::vector<int>{1, 2, 3, 4, 5, 6});
    const auto deep =
        parse_npy(npy(header_of("<u2", "(2, 2, 2)", "True"), {0, 0, 4, 0, 2, 0, 6, 0, 1, 0, 5, 0, 3, 0, 7, 0}, 3));
    REQUIRE(deep.has_value());
    CHECK(deep->as<int>() == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
    const auto flags = parse_npy(npy(header_of("|b1", "(3,)"), {0, 1, 9}));
    REQUIRE(flags.has_value());
    CHECK(flags->as<int>() == std::vector<int>{0, 1, 1});
    const auto scalar = parse_npy(npy(header_of("<f8", "()"), byte_vector(8)));
    REQUIRE(scalar.has_value());
    CHECK(scalar->size() == 1);
    CHECK(parse_npy(npy(header_of("<f4", "(0, 3)"), {})).has_value());
    CHECK(parse_npy(npy("{\"shape\":(1),\"descr\":\"|u1\",\"fortran_order\":False}", {5})).has_value());
}

TEST_CASE("numbers are converted by stated rules") {
    const array from = make_array<double>({5}, {-1.5, 300.7, 1e30, -1e30, std::numeric_limits<double>::quiet_NaN()});
    CHECK(from.as<int>() ==
          std::vector<int>{-1, 300, std::numeric_limits<int>::max(), std::numeric_limits<int>::min(), 0});
    CHECK(from.as<std::uint8_t>() == std::vector<std::uint8_t>{0, 255, 255, 0, 0});
    CHECK(from.as<float>()[1] == 300.7f);
}

TEST_CASE("hostile arrays are refused by kind") {
    CHECK(kind_of(npy(header_of("|O", "(1,)"), byte_vector(8))) == error_kind::unsupported);
    CHECK(kind_of(npy(header_of("<U4", "(1,)"), byte_vector(16))) == error_kind::unsupported);
    CHECK(kind_of(npy(header_of("<c8", "(1,)"), byte_vector(8))) == error_kind::unsupported);
    CHECK(kind_of(npy(header_of("|f4", "(1,)"), byte_vector(4))) == error_kind::unsupported);
    CHECK(kind_of(npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", {})) == error_kind::corrupt);
    CHECK(kind_of(npy(header_of("<f4", "(8589934592,)"), {})) == error_kind::truncated);
    CHECK(kind_of(npy(header_of("<f4", "(4611686018427387904, 4)"), {})) == error_kind::corrupt);
    CHECK(kind_of(npy(header_of("<f4", "(0, 4611686018427387904, 4)"), {})) == error_kind::corrupt);
    CHECK(kind_of(npy(header_of("<f4", "(99999999999999999999,)"), {})) == error_kind::corrupt);
    CHECK(kind_of(npy(header_of("<f4", "(-1,)"), {})) == error_kind::corrupt);
    CHECK(kind_of(npy(header_of("<f4", "(1,)"), byte_vector(5))) == error_kind::trailing_data);
    CHECK(kind_of(npy(header_of("<f4", "(1,)", "Maybe"), byte_vector(4))) == error_kind::corrupt);
    CHECK(kind_of(npy("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", byte_vector(4))) ==
          error_kind::corrupt);
    CHECK(kind_of(npy("{'descr': '<f4', 'shape': (1,)}", byte_vector(4))) == error_kind::corrupt);
    CHECK(kind_of(npy(std::string(70000, ' '), {}, 2)) == error_kind::too_large);
    for (const char* type : {"<f44", "<f", "!f4", "f4<"})
        CHECK(kind_of(npy(header_of(type, "(1,)"), byte_vector(4))) == error_kind::unsupported);
    CHECK(kind_of(npy(header_of("<f4", "(1,)") + "}", byte_vector(4))) == error_kind::corrupt);
    for (const char* end : {"\\", "\n", ""})  // of a text, in the place of its quote
        CHECK(kind_of(npy(std::string("{'descr': '<f4") + end + ", 'fortran_order': False, 'shape': (1,), }",
                          byte_vector(4))) == error_kind::corrupt);
    CHECK(read_npy("no-such-folder/x.npy").error().kind() == error_kind::cannot_open);
    CHECK(kind_of({0x93, 'N', 'U', 'M', 'P', 'Y', 9, 0, 0, 0}) == error_kind::unsupported);
    CHECK(kind_of({'P', 'K', 3, 4}) == error_kind::wrong_format);
    CHECK(kind_of({}) == error_kind::truncated);
    std::string many = "(";
    for (int i = 0; i < 40; ++i) many += "1, ";
    CHECK(kind_of(npy(header_of("<f4", many + ")"), byte_vector(4))) == error_kind::corrupt);
}

TEST_CASE("an array cut at any byte is refused, and any flipped bit does no harm") {
    const byte_vector whole = format_npy(make_array<float>({2, 2}, {1, 2, 3, 4}));
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK_FALSE(
            parse_npy(byte_vector(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))).has_value());
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
        byte_vector changed = whole;
        changed[bit / 8] = static_cast<unsigned char>(changed[bit / 8] ^ (1U << (bit % 8)));
        const auto read = parse_npy(changed);
        if (read) CHECK(read->size() * element_size(read->type) == static_cast<extent>(read->bytes.size()));
    }
}
