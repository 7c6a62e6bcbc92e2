// SPDX-License-Identifier: MIT
/// \file
/// JPEG files put together segment by segment: what is wrong in one is refused by the walk, before anything is decoded.
#include <doctest/doctest.h>

#include <algorithm>
#include <ctnn/io/image.hpp>
#include <initializer_list>
#include <string>

using namespace ctnn;

namespace {

byte_vector segment(int marker, const byte_vector& data) {
    byte_vector out{0xFF, static_cast<unsigned char>(marker)};
    const std::size_t length = data.size() + 2;
    out.push_back(static_cast<unsigned char>(length >> 8));
    out.push_back(static_cast<unsigned char>(length & 0xFF));
    for (const unsigned char byte : data) out.push_back(byte);
    return out;
}

byte_vector joined(std::initializer_list<byte_vector> parts) {
    byte_vector all;
    for (const byte_vector& part : parts)
        for (const unsigned char byte : part) all.push_back(byte);
    return all;
}

/// A Huffman table with these numbers of codes of 1 to 16 bits.
byte_vector huffman(unsigned char kind_and_table, const byte_vector& counts, std::size_t symbols) {
    byte_vector table(17 + symbols);
    table[0] = kind_and_table;
    std::copy(counts.begin(), counts.end(), table.begin() + 1);
    return segment(0xC4, table);
}

const byte_vector start{0xFF, 0xD8}, end{0xFF, 0xD9};
const byte_vector numbers = segment(0xDB, byte_vector(65));  // table 0
const byte_vector gray_frame = segment(0xC0, {8, 0, 8, 0, 8, 1, 1, 0x11, 0});
const byte_vector tables = joined({huffman(0x00, {1}, 1), huffman(0x10, {1}, 1)});
const byte_vector gray_scan = segment(0xDA, {1, 1, 0, 0, 63, 0}), data{0x12, 0xFF, 0x00, 0xFF, 0xD0, 0x34};

error reason_against(std::initializer_list<byte_vector> parts) {
    return detail::check_jpeg(joined(parts), "x.jpg", {1 << 20, 1000}).error();
}

/// Is the file refused, by this kind and with these words?
bool refuses(error_kind kind, const char* words, std::initializer_list<byte_vector> parts) {
    const error failed = reason_against(parts);
    CAPTURE(failed.message());
    CHECK(failed.kind() == kind);
    CHECK(failed.message().find(words) != std::string::npos);
    return failed.kind() == kind && failed.message().find(words) != std::string::npos;
}

constexpr error_kind corrupt = error_kind::corrupt, unsupported = error_kind::unsupported;

}  // namespace

TEST_CASE("a JPEG whose segments are right passes the walk") {
    CHECK_FALSE(reason_against({start, numbers, gray_frame, tables, gray_scan, data, end}));
    CHECK_FALSE(reason_against({start, numbers, gray_frame, tables, gray_scan, data, end, {0, 0}}));
    CHECK_FALSE(reason_against({start, {0xFF, 0xFF}, numbers, gray_frame, tables, gray_scan, data, {0xFF}, end}));
    CHECK_FALSE(reason_against({start, segment(0xFE, {'a'}), numbers, gray_frame, tables, gray_scan, data, end}));
}

TEST_CASE("a JPEG that passes the walk and cannot be decoded is refused with the reason") {
    const auto read = decode_image(joined({start, numbers, gray_frame, tables, gray_scan, data, end}), {}, "x.jpg");
    CHECK(read.error().kind() == corrupt);
    CHECK(read.error().message().find("x.jpg: cannot be decoded: ") == 0);
}

TEST_CASE("a frame of a JPEG that cannot be read is refused") {
    const auto frame = [](error_kind kind, const char* words, const byte_vector& content) {
        CHECK(refuses(kind, words, {start, numbers, segment(0xC0, content), tables, gray_scan, data, end}));
    };
    frame(corrupt, "a frame header of 5 bytes", {8, 0, 8, 0, 8});
    frame(corrupt, "a frame header of 9 bytes", {8, 0, 8, 0, 8, 2, 1, 0x11, 0});
    frame(corrupt, "a frame header of 10 bytes", {8, 0, 8, 0, 8, 1, 1, 0x11, 0, 0});
    frame(unsupported, "12 bits a sample", {12, 0, 8, 0, 8, 1, 1, 0x11, 0});
    frame(unsupported, "CMYK", {8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0});
    frame(unsupported, "0 components", {8, 0, 8, 0, 8, 0});
    frame(unsupported, "2 components", {8, 0, 8, 0, 8, 2, 1, 0x11, 0, 2, 0x11, 0});
    frame(unsupported, "a height that follows the data", {8, 0, 0, 0, 8, 1, 1, 0x11, 0});
    frame(corrupt, "8 x 0 pixels", {8, 0, 8, 0, 0, 1, 1, 0x11, 0});
    frame(error_kind::too_large, "1001 x 8 pixels", {8, 3, 0xE9, 0, 8, 1, 1, 0x11, 0});
    frame(error_kind::too_large, "1000 x 1000 pixels", {8, 3, 0xE8, 3, 0xE8, 1, 1, 0x11, 0});
    frame(corrupt, "quantization table 4", {8, 0, 8, 0, 8, 1, 1, 0x11, 4});
    CHECK(refuses(corrupt, "a second frame header",
                  {start, numbers, gray_frame, gray_frame, tables, gray_scan, data, end}));
    for (const int marker : {0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCC, 0xCD, 0xCE, 0xCF}) {
        CAPTURE(marker);
        CHECK(refuses(unsupported, "expected a baseline or progressive JPEG",
                      {start, numbers, segment(marker, {8, 0, 8, 0, 8, 1, 1, 0x11, 0}), tables, gray_scan, data, end}));
    }
}

TEST_CASE("tables of a JPEG that are broken are refused") {
    const auto table = [](const char* words, const byte_vector& broken) {
        CHECK(refuses(corrupt, words, {start, numbers, broken, gray_frame, tables, gray_scan, data, end}));
    };
    byte_vector wide(65);
    wide[0] = 0x10;  // numbers of two bytes, of which half is there
    table("a broken quantization table", segment(0xDB, wide));
    wide[0] = 0x20;
    wide.resize(129);
    table("a broken quantization table", segment(0xDB, wide));
    wide[0] = 0x04;
    table("a broken quantization table", segment(0xDB, wide));
    table("a broken quantization table", segment(0xDB, byte_vector(64)));
    table("17 bytes for table 0 to 3", segment(0xC4, byte_vector(16)));
    table("17 bytes for table 0 to 3", huffman(0x20, {1}, 1));
    table("17 bytes for table 0 to 3", huffman(0x04, {1}, 1));
    table("no more codes than their lengths allow", huffman(0, {3}, 3));
    table("no more codes than their lengths allow", huffman(0, {1, 1, 3}, 5));
    table("at most 256 symbols", huffman(0, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 255}, 257));
    table("at most 256 symbols", huffman(0, {0, 0, 4}, 3));
}

TEST_CASE("scans of a JPEG that the frame and the tables do not allow are refused") {
    const auto scan = [](error_kind kind, const char* words, const byte_vector& content) {
        CHECK(refuses(kind, words, {start, numbers, gray_frame, tables, segment(0xDA, content), data, end}));
    };
    scan(corrupt, "a scan header of 0 bytes", {});
    scan(corrupt, "a scan header of 4 bytes", {0, 0, 63, 0});
    scan(corrupt, "a scan header of 14 bytes", {5, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 63, 0});
    scan(corrupt, "a scan header of 7 bytes", {1, 1, 0, 0, 63, 0, 0});
    scan(corrupt, "an unknown component", {1, 2, 0, 0, 63, 0});
    scan(corrupt, "without its Huffman tables", {1, 1, 0x10, 0, 63, 0});
    scan(corrupt, "without its Huffman tables", {1, 1, 0x01, 0, 63, 0});
    scan(corrupt, "without its Huffman tables", {1, 1, 0x40, 0, 63, 0});
    CHECK(refuses(corrupt, "a frame header before it", {start, numbers, tables, gray_scan, data, end}));
    byte_vector scans;
    for (int i = 0; i < 200; ++i) scans = joined({scans, gray_scan, data});
    CHECK_FALSE(reason_against({start, numbers, gray_frame, tables, scans, end}));
    CHECK(refuses(error_kind::too_large, "more than 200 scans",
                  {start, numbers, gray_frame, tables, scans, gray_scan, data, end}));
}

TEST_CASE("the markers of a JPEG have their places") {
    CHECK(refuses(corrupt, "data and tables for every component", {start, end}));
    CHECK(refuses(corrupt, "data and tables for every component", {start, numbers, gray_frame, tables, end}));
    CHECK(refuses(corrupt, "data and tables for every component", {start, gray_frame, tables, gray_scan, data, end}));
    const byte_vector color_frame = segment(0xC0, {8, 0, 8, 0, 8, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0});
    CHECK(refuses(corrupt, "data and tables for every component",
                  {start, numbers, color_frame, tables, gray_scan, data, end}));
    CHECK(refuses(corrupt, "found byte 7, expected a marker", {start, {7}, numbers}));
    for (const int marker : {0x01, 0xD0, 0xD7, 0xD8})
        CHECK(refuses(corrupt, "out of place",
                      {start, segment(marker, {}), numbers, gray_frame, tables, gray_scan, data, end}));
    for (const unsigned char length : byte_vector{0, 1})
        CHECK(refuses(corrupt, "a segment of length", {start, {0xFF, 0xFE, 0, length}, numbers, gray_frame, end}));
    CHECK(refuses(error_kind::truncated, "a segment longer than the file", {start, {0xFF, 0xFE, 0, 9}}));
    CHECK(refuses(unsupported, "a height that follows the data",
                  {start, numbers, gray_frame, tables, gray_scan, data, segment(0xDC, {0, 8}), end}));
    CHECK(refuses(error_kind::trailing_data, "1 bytes behind the end marker",
                  {start, numbers, gray_frame, tables, gray_scan, data, end, {9}}));
    for (const byte_vector& rest : {byte_vector{}, {0xFF}, {0xFF, 0xFF}, {0xFF, 0xFE}, {0xFF, 0xFE, 0}})
        CHECK(refuses(error_kind::truncated, "a JPEG end marker", {start, numbers, rest}));
    for (const byte_vector& rest : {byte_vector{}, {0xFF}, {0xFF, 0x00}})
        CHECK(refuses(error_kind::truncated, "a JPEG end marker",
                      {start, numbers, gray_frame, tables, gray_scan, data, rest}));
}
