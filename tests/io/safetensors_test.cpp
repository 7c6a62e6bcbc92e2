// SPDX-License-Identifier: MIT
/// \file
/// safetensors files: round trips, damage, and headers that lie.
#include <doctest/doctest.h>

#include <cstdio>
#include <ctnn/io/safetensors.hpp>

#include "temporary_folder.hpp"

using namespace ctnn;

namespace {

byte_vector numbers(std::size_t count) {
    byte_vector out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(static_cast<unsigned char>(i * 37 + 11));
    return out;
}

const byte_vector first = numbers(3000), second = numbers(64);

byte_vector model_file() {
    auto made = format_safetensors({{"conv.weight", tensor_type::f32, {3, 5, 50}, first},
                                    {"nothing", tensor_type::f32, {0, 7}, {}},
                                    {"conv.bias", tensor_type::f64, {8}, second}},
                                   {{"classes", "normal\npneumonia"}, {"note", "\"quoted\" \\ \t \x01 \xC3\xA9"}});
    REQUIRE(made.has_value());
    return *std::move(made);
}

/// A file with this header text, as another tool might write it.
byte_vector file_of(const std::string& header, std::size_t data) {
    byte_vector out;
    append_little(out, static_cast<std::uint64_t>(header.size()));
    append_text(out, header);
    out.resize(out.size() + data);
    return out;
}

error_kind kind_of(const byte_vector& file) {
    const auto read = parse_safetensors(file, "model");
    return read ? error_kind::none : read.error().kind();
}

std::string entry_text(const std::string& name, const std::string& shape, const std::string& offsets,
                       const std::string& type = "F32") {
    return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":[" + shape + "],\"data_offsets\":[" + offsets + "]}";
}

}  // namespace

TEST_CASE("tensors and metadata come back as they were") {
    const temporary_folder folder;
    const std::string path = folder / "m.safetensors";
    REQUIRE_FALSE(write_safetensors(path, {{"w", tensor_type::f32, {25, 30}, first}}, {{"k", "v\"\n"}}));
    const auto bytes = read_file(path);
    REQUIRE(bytes.has_value());
    const auto file = parse_safetensors(*bytes, path);
    REQUIRE(file.has_value());
    CHECK(file->has_checksum);
    CHECK(file->data_begin % 8 == 0);
    const tensor_entry* w = file->find("w");
    REQUIRE(w != nullptr);
    CHECK(w->shape == std::vector<extent>{25, 30});
    const byte_view data = file->bytes(*bytes, *w);
    CHECK(byte_vector(data.data, data.data + data.size) == first);
    REQUIRE(file->find_metadata("k") != nullptr);
    CHECK(*file->find_metadata("k") == "v\"\n");
    CHECK(file->find("v") == nullptr);
    CHECK(file->find_metadata("v") == nullptr);

    const byte_vector whole = model_file();
    const auto again = parse_safetensors(whole);
    REQUIRE(again.has_value());
    CHECK(again->entries.size() == 3);
    CHECK(*again->find_metadata("note") == "\"quoted\" \\ \t \x01 \xC3\xA9");
}

TEST_CASE("a file cut at any byte or one byte longer is refused") {
    const byte_vector whole = model_file();
    REQUIRE(kind_of(whole) == error_kind::none);
    extent accepted = 0;
    for (std::size_t size = 0; size < whole.size(); ++size)
        accepted +=
            kind_of(byte_vector(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))) == error_kind::none;
    CHECK(accepted == 0);
    for (const int more : {0, 32, 255}) {
        byte_vector longer = whole;
        longer.push_back(static_cast<unsigned char>(more));
        CHECK(kind_of(longer) != error_kind::none);
    }
}

TEST_CASE("a file with any flipped bit is refused") {
    byte_vector whole = model_file();
    extent accepted = 0;
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
        whole[bit / 8] = static_cast<unsigned char>(whole[bit / 8] ^ (1U << (bit % 8)));
        accepted += kind_of(whole) == error_kind::none;
        whole[bit / 8] = static_cast<unsigned char>(whole[bit / 8] ^ (1U << (bit % 8)));
    }
    CHECK(accepted == 0);
    REQUIRE(kind_of(whole) == error_kind::none);
}

TEST_CASE("a file with any byte replaced, removed or doubled is refused") {
    const byte_vector whole = model_file();
    extent accepted = 0;
    for (std::size_t i = 0; i < 600; ++i) {
        byte_vector shorter = whole, longer = whole;
        shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(i));
        longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(i), longer[i]);
        accepted += (kind_of(shorter) == error_kind::none) + (kind_of(longer) == error_kind::none);
        for (const char other : {'\0', ' ', '"', '\\', '}', '0'}) {
            byte_vector changed = whole;
            changed[i] = static_cast<unsigned char>(other);
            accepted += changed != whole && kind_of(changed) == error_kind::none;
        }
    }
    CHECK(accepted == 0);
}

TEST_CASE("files of other tools are read without a checksum") {
    const auto read = parse_safetensors(file_of(
        "{ \"b\" : {\"shape\":[2], \"data_offsets\":[4,12], \"dtype\":\"F32\"},\n" + entry_text("a", "", "0,4") +
            ",\"__metadata__\":{\"format\":\"p\\u0074\",\"smile\":\"\\ud83d\\ude00\"}}   ",
        12));
    REQUIRE(read.has_value());
    CHECK_FALSE(read->has_checksum);
    REQUIRE(read->entries.size() == 2);
    CHECK(read->entries[0].name == "a");
    CHECK(read->entries[0].shape.empty());
    CHECK(read->entries[1].begin == 4);
    CHECK(*read->find_metadata("format") == "pt");
    CHECK(*read->find_metadata("smile") == "\xF0\x9F\x98\x80");
    CHECK(parse_safetensors(file_of("{}", 0)).has_value());
}

TEST_CASE("headers that lie are refused by kind") {
    struct hostile {
        const char* what;
        std::string header;
        std::size_t data;
        error_kind kind;
    };
    const std::string good = entry_text("a", "2", "0,8");
    const hostile all[] = {
        {"overlap", "{" + good + "," + entry_text("b", "2", "4,12") + "}", 12, error_kind::corrupt},
        {"hole", "{" + good + "," + entry_text("b", "1", "12,16") + "}", 16, error_kind::corrupt},
        {"hole at the start", "{" + entry_text("a", "1", "4,8") + "}", 8, error_kind::corrupt},
        {"rest", "{" + good + "}", 9, error_kind::trailing_data},
        {"beyond the file", "{" + good + "}", 7, error_kind::corrupt},
        {"reversed", "{" + entry_text("a", "2", "8,0") + "}", 8, error_kind::corrupt},
        {"shape too large", "{" + entry_text("a", "3", "0,8") + "}", 8, error_kind::corrupt},
        {"product wraps", "{" + entry_text("a", "4611686018427387904,4", "0,0") + "}", 0, error_kind::corrupt},
        {"product wraps beside zero", "{" + entry_text("a", "0,4611686018427387904,4", "0,0") + "}", 0,
         error_kind::corrupt},
        {"number above 2^63", "{" + entry_text("a", "99999999999999999999", "0,8") + "}", 8, error_kind::corrupt},
        {"negative", "{" + entry_text("a", "-2", "0,8") + "}", 8, error_kind::corrupt},
        {"fraction", "{" + entry_text("a", "2.0", "0,8") + "}", 8, error_kind::corrupt},
        {"leading zero", "{" + entry_text("a", "02", "0,8") + "}", 8, error_kind::corrupt},
        {"two names", "{" + good + "," + entry_text("a", "2", "8,16") + "}", 16, error_kind::corrupt},
        {"two keys", "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8,
         error_kind::corrupt},
        {"a key too many", "{\"a\":{\"x\":1,\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8,
         error_kind::corrupt},
        {"a key too few", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, error_kind::corrupt},
        {"three offsets", "{" + entry_text("a", "2", "0,8,8") + "}", 8, error_kind::corrupt},
        {"unknown type", "{" + entry_text("a", "2", "0,8", "F33") + "}", 8, error_kind::corrupt},
        {"two metadata", "{\"__metadata__\":{},\"__metadata__\":{}}", 0, error_kind::corrupt},
        {"metadata of numbers", "{\"__metadata__\":{\"a\":1}}", 0, error_kind::corrupt},
        {"two metadata keys", "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, error_kind::corrupt},
        {"space first", " {}", 0, error_kind::corrupt},
        {"text behind", "{}x", 0, error_kind::corrupt},
        {"no header", "", 0, error_kind::corrupt},
        {"open", "{", 0, error_kind::corrupt},
        {"deep", std::string(100000, '['), 0, error_kind::corrupt},
        {"deep objects", std::string(100000, '{'), 0, error_kind::corrupt},
        {"half a pair", "{\"__metadata__\":{\"a\":\"\\ud83d\"}}", 0, error_kind::corrupt},
        {"unknown escape", "{\"__metadata__\":{\"a\":\"\\x\"}}", 0, error_kind::corrupt},
        {"line break in text", "{\"__metadata__\":{\"a\":\"\n\"}}", 0, error_kind::corrupt},
        {"not UTF-8", "{\"__metadata__\":{\"a\":\"\xC0\x80\"}}", 0, error_kind::corrupt},
        {"surrogate in UTF-8", "{\"__metadata__\":{\"a\":\"\xED\xA0\x80\"}}", 0, error_kind::corrupt},
        {"above Unicode", "{\"__metadata__\":{\"a\":\"\xF4\x90\x80\x80\"}}", 0, error_kind::corrupt},
        {"one of two keys", "{\"__metadata__\":{\"ctnn.format\":\"1\"}}", 0, error_kind::corrupt},
        {"newer format", "{\"__metadata__\":{\"ctnn.format\":\"2\",\"ctnn.checksum\":\"0000000000000000\"}}", 0,
         error_kind::unsupported},
        {"wrong checksum", "{\"__metadata__\":{\"ctnn.format\":\"1\",\"ctnn.checksum\":\"0000000000000000\"}}  ", 0,
         error_kind::corrupt},
    };
    for (const hostile& one : all) {
        CAPTURE(one.what);
        const auto read = parse_safetensors(file_of(one.header, one.data), "model");
        CHECK_FALSE(read.has_value());
        CHECK(read.error().kind() == one.kind);
        CHECK(read.error().file() == "model");
    }
    const auto reason = [](const std::string& header, std::size_t data) {
        return parse_safetensors(file_of(header, data), "model").error().message();
    };
    CHECK(reason("{\"__metadata__\":{\"ctnn.format\":\"1\"}}", 0).find("expected both or none") != std::string::npos);
    std::string more = "{" + good + "}";
    more.insert(more.size() - 2, ",\"x\":1");
    CHECK(reason(more, 8).find("dtype, shape and data_offsets, once each") != std::string::npos);
    for (const std::uint64_t size :
         {std::uint64_t{1} << 20, ~std::uint64_t{0}, std::uint64_t{1} << 63, std::uint64_t{100000001}}) {
        byte_vector file;
        append_little(file, size);
        append_text(file, "{}");
        CHECK(kind_of(file) == (size == std::uint64_t{1} << 20 ? error_kind::truncated : error_kind::too_large));
    }
}

TEST_CASE("what could not be read back is not written") {
    const temporary_folder folder;
    const std::string path = folder / "m.safetensors";
    CHECK(write_safetensors(path, {{"w", tensor_type::f32, {1}, byte_vector(3)}}).file() == path);
    CHECK(read_file(path).error().kind() == error_kind::cannot_open);
    const auto kind = [](const std::vector<tensor_source>& tensors, const tensor_metadata& metadata = {}) {
        return format_safetensors(tensors, metadata).error().kind();
    };
    CHECK(kind({{"a", tensor_type::f32, {3}, second}}) == error_kind::invalid_argument);
    CHECK(kind({{"a", tensor_type::f32, {16}, second}, {"a", tensor_type::f32, {16}, second}}) ==
          error_kind::invalid_argument);
    CHECK(kind({{"__metadata__", tensor_type::f32, {16}, second}}) == error_kind::invalid_argument);
    CHECK(kind({{"\xFF", tensor_type::f32, {16}, second}}) == error_kind::invalid_argument);
    CHECK(kind({}, {{"a", "1"}, {"a", "2"}}) == error_kind::invalid_argument);
    CHECK(kind({}, {{"a", std::string(2 << 20, 'x')}}) == error_kind::invalid_argument);
    CHECK(kind({}, {{"ctnn.checksum", "mine"}}) == error_kind::none);
}
