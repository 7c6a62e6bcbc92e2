// SPDX-License-Identifier: MIT
/// \file
/// safetensors files: named tensors behind a JSON header, read by every other tool, with a checksum of the library's
/// own. https://github.com/huggingface/safetensors#format
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/core/order.hpp"
#include "ctnn/io/bytes.hpp"
#include "ctnn/io/checksum.hpp"
#include "ctnn/io/file.hpp"
#include "ctnn/io/safetensors_header.hpp"

namespace ctnn {

/// The two keys of the metadata that belong to the checksum. There are two so that damage to one cannot pass for a file
/// without a checksum.
inline constexpr const char* safetensors_format_key = "ctnn.format";
inline constexpr const char* safetensors_checksum_key = "ctnn.checksum";

/// A header of more bytes is refused; the format itself allows 100 MB.
inline constexpr std::int64_t safetensors_header_limit = std::int64_t{1} << 20;

/// What a safetensors file holds; the data stays where it is.
struct safetensors_file {
    std::vector<tensor_entry> entries;  ///< in the order of their data
    tensor_metadata metadata;           ///< as in the file, the checksum's keys too
    std::int64_t data_begin = 0;        ///< byte of the file at which the data begins
    bool has_checksum = false;          ///< written by ctnn, and its checksum is right

    [[nodiscard]] const tensor_entry* find(const std::string& name) const {
        for (const tensor_entry& one : entries)
            if (one.name == name) return &one;
        return nullptr;
    }
    /// \returns null where there is no such key
    [[nodiscard]] const std::string* find_metadata(const std::string& key) const {
        for (const auto& one : metadata)
            if (one.first == key) return &one.second;
        return nullptr;
    }
    /// A tensor's bytes, little-endian, in the file that was parsed. \pre `file` is that file, `entry` one of entries
    [[nodiscard]] byte_view bytes(byte_view file, const tensor_entry& entry) const {
        return {file.data + data_begin + entry.begin, static_cast<extent>(entry.end - entry.begin)};
    }
};

/// A tensor to be written: its bytes are little-endian, first axis outermost, and somebody else's.
struct tensor_source {
    std::string name;
    tensor_type type = tensor_type::f32;
    std::vector<extent> shape;
    byte_view bytes;
};

namespace detail {

/// 16 hexadecimal digits, lower case.
[[gnu::cold]] inline std::string hexadecimal(std::uint64_t value) {
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[(value >> shift) & 15U];
    return text;
}

/// The header with the checksum's value set to 16 zeros, hashed; a hash of the data continues it.
[[gnu::cold]] inline std::uint64_t hash_safetensors_header(const std::vector<tensor_entry>& entries,
                                                           tensor_metadata metadata) {
    for (auto& one : metadata)
        if (one.first == safetensors_checksum_key) one.second.assign(16, '0');
    const std::string text = format_safetensors_header(entries, metadata);
    return hash64({reinterpret_cast<const unsigned char*>(text.data()), static_cast<extent>(text.size())});
}

/// The first text that occurs twice, or null; sorted, because a header of 1 MiB can hold 100,000 keys.
[[gnu::cold]] inline const std::string* find_duplicate(const std::vector<const std::string*>& texts) {
    const std::string* last = nullptr;
    for (const extent i : sorted_places(texts, [](auto*x, auto*y) { return *x < *y; })) {
        const std::string* one = texts[static_cast<std::size_t>(i)];
        if (last != nullptr && *last == *one) return one;
        last = one;
    }
    return nullptr;
}

[[gnu::cold]] inline const std::string* find_duplicate_key(const tensor_metadata& metadata) {
    std::vector<const std::string*> keys;
    for (const auto& one : metadata) keys.push_back(&one.first);
    return find_duplicate(keys);
}

/// Each tensor's bytes are its shape's, names differ, and the data has neither hole nor overlap nor rest.
[[gnu::cold]] inline error check_entries(std::vector<tensor_entry>& entries, std::int64_t data,
                                         const std::string& file) {
    const auto refuse = [&](const tensor_entry& one, const std::string& found, const std::string& expected) {
        return error(error_kind::corrupt, file, -1, found + " of tensor " + one.name, expected);
    };
    for (const tensor_entry& one : entries) {
        std::int64_t bytes = 0;
        if (!checked_bytes(one.shape, tensor_type_size(one.type), bytes))
            return refuse(one, "a shape beyond 2^63 bytes", "one of the file's size");
        if (one.end < one.begin || one.end > data)
            return refuse(one, "data from " + std::to_string(one.begin) + " to " + std::to_string(one.end),
                          "a range inside " + std::to_string(data) + " bytes");
        if (one.end - one.begin != bytes)
            return refuse(one, std::to_string(one.end - one.begin) + " bytes",
                          std::to_string(bytes) + " as its shape and type say");
    }
    std::vector<const std::string*> names;
    for (const tensor_entry& one : entries) names.push_back(&one.name);
    if (const std::string* twice = find_duplicate(names))
        return {error_kind::corrupt, file, -1, "two tensors " + *twice, "each name once"};
    // Stable, and empty tensors first: a file that ctnn wrote keeps its order.
    std::vector<tensor_entry> sorted;
    sorted.reserve(entries.size());
    for (const extent i : sorted_places(entries, [](const tensor_entry&x, const tensor_entry&y) {
             return x.begin != y.begin ? x.begin < y.begin : x.end < y.end;
         }))
        sorted.push_back(std::move(entries[static_cast<std::size_t>(i)]));
    entries = std::move(sorted);
    std::int64_t end = 0;
    for (const tensor_entry& one : entries) {
        if (one.begin != end)
            return refuse(one, "data at " + std::to_string(one.begin),
                          std::to_string(end) + ", without a hole or an overlap");
        end = one.end;
    }
    if (end != data)
        return {end < data ? error_kind::trailing_data : error_kind::truncated, file, -1,
                std::to_string(data) + " bytes of data", std::to_string(end)};
    return {};
}

}  // namespace detail

/// Reads the header of a safetensors file that is in memory, and checks all of it; `file` is its name in errors.
///
/// Refuses a header above 1 MiB, JSON of another form, invalid UTF-8, duplicate names, unknown types and keys, a
/// shape whose bytes are not its range, holes, overlaps and data behind the last tensor. Nothing is allocated from a
/// number in the file. A file that carries ctnn's keys must be written exactly as ctnn writes (so even a changed
/// space is found) and its checksum must be right, so any flipped bit is refused; a file of another tool is read,
/// with has_checksum false.
[[nodiscard, gnu::cold]] inline result<safetensors_file> parse_safetensors(byte_view b, const std::string& file = {}) {
    return detail::catch_out_of_memory(file, [&]() -> result<safetensors_file> {
        byte_reader reader(b);
        std::uint64_t stated = 0;
        if (!reader.little(stated))
            return error(error_kind::truncated, file, b.size, "the end of the file", "8 bytes of length");
        if (stated > static_cast<std::uint64_t>(safetensors_header_limit))
            return error(error_kind::too_large, file, 0, "a header of " + std::to_string(stated) + " bytes",
                         "at most " + std::to_string(safetensors_header_limit));
        const std::int64_t size = static_cast<std::int64_t>(stated);
        if (!reader.skip(size))
            return error(error_kind::truncated, file, b.size, "the end of the file",
                         "a header of " + std::to_string(size) + " bytes");
        const byte_view text(b.data + 8, static_cast<extent>(size));
        if (!detail::valid_utf8(text))
            return error(error_kind::corrupt, file, 8, "a header that is not UTF-8", "UTF-8");
        safetensors_file out;
        detail::safetensors_parser parser(text);
        if (const char* expected = parser.parse(out.entries, out.metadata))
            return error(error_kind::corrupt, file, 8 + parser.position(), "another text", expected);
        if (const std::string* twice = detail::find_duplicate_key(out.metadata))
            return error(error_kind::corrupt, file, 8, "two metadata keys " + *twice, "each key once");
        if (error wrong = detail::check_entries(out.entries, reader.left(), file)) return wrong;
        out.data_begin = reader.position();

        const std::string* format = out.find_metadata(safetensors_format_key);
        const std::string* checksum = out.find_metadata(safetensors_checksum_key);
        if (format == nullptr && checksum == nullptr) return out;
        const auto damaged = [&](const char* found, const char* expected) {
            return error(error_kind::corrupt, file, 8, found, expected);
        };
        if (format == nullptr || checksum == nullptr)
            return damaged("one of ctnn.format and ctnn.checksum", "both or none");
        if (format != &out.metadata[0].second || checksum != &out.metadata[1].second)
            return damaged("ctnn.format or ctnn.checksum behind another key", "the two before all others");
        if (*format != "1")
            return error(error_kind::unsupported, file, 8, "ctnn.format " + *format,
                         "1; the file is of a newer version of ctnn");
        const std::string canonical = detail::format_safetensors_header(out.entries, out.metadata);
        if (static_cast<extent>(canonical.size()) != text.size || !text.has(0, canonical.data(), text.size))
            return damaged("a header that ctnn would write otherwise", "the form that ctnn writes");
        const std::uint64_t header = detail::hash_safetensors_header(out.entries, out.metadata);
        if (*checksum != detail::hexadecimal(hash64({reader.here(), reader.left()}, header)))
            return damaged("another checksum", checksum->c_str());
        out.has_checksum = true;
        return out;
    });
}

/// The content of a safetensors file: tensors in the order given, ctnn.format and ctnn.checksum added to the metadata.
///
/// Refuses with invalid_argument duplicate or invalid names and keys, bytes that are not the shape's, and a header
/// above 1 MiB, so that whatever it gives parse_safetensors() takes.
[[nodiscard, gnu::cold]] inline result<byte_vector> format_safetensors(const std::vector<tensor_source>& tensors,
                                                                       tensor_metadata more = {}) {
    return detail::catch_out_of_memory({}, [&]() -> result<byte_vector> {
        const auto refuse = [](const std::string& why) { return error(error_kind::invalid_argument, why); };
        tensor_metadata metadata;
        metadata.reserve(2 + more.size());
        metadata.emplace_back(safetensors_format_key, "1");
        metadata.emplace_back(safetensors_checksum_key, std::string(16, '0'));
        for (auto& one : more)
            if (one.first != safetensors_format_key && one.first != safetensors_checksum_key)
                metadata.push_back(std::move(one));
        std::vector<tensor_entry> entries;
        std::int64_t end = 0;
        for (const tensor_source& one : tensors) {
            if (one.name == "__metadata__") return refuse("no tensor can be called __metadata__");
            entries.push_back({one.name, one.type, one.shape, end, end + one.bytes.size});
            end += one.bytes.size;
        }
        if (error wrong = detail::check_entries(entries, end, {})) return refuse(wrong.message());
        if (const std::string* twice = detail::find_duplicate_key(metadata))
            return refuse("two metadata keys " + *twice);
        std::uint64_t hash = detail::hash_safetensors_header(entries, metadata);
        byte_vector out;
        std::string text = detail::format_safetensors_header(entries, metadata);
        const byte_view view(reinterpret_cast<const unsigned char*>(text.data()), static_cast<extent>(text.size()));
        if (view.size > safetensors_header_limit) return refuse("names and metadata of more than 1 MiB");
        if (!detail::valid_utf8(view)) return refuse("a name or a text of the metadata is not UTF-8");
        const std::size_t data_begin = 8 + text.size();
        out.resize(data_begin + static_cast<std::size_t>(end));
        std::size_t at = data_begin;
        for (const tensor_source& one : tensors) {
            if (one.bytes.size > 0)
                std::memcpy(out.data() + at, one.bytes.data, static_cast<std::size_t>(one.bytes.size));
            at += static_cast<std::size_t>(one.bytes.size);
        }
        metadata[1].second = detail::hexadecimal(hash64({out.data() + data_begin, static_cast<extent>(end)}, hash));
        text = detail::format_safetensors_header(entries, metadata);
        for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<unsigned char>((text.size() >> (8 * i)) & 0xffU);
        std::memcpy(out.data() + 8, text.data(), text.size());
        return out;
    });
}

/// Writes a safetensors file, crash-safe; see format_safetensors() and write_file().
[[nodiscard, gnu::cold]] inline error write_safetensors(const std::string& path,
                                                        const std::vector<tensor_source>& tensors,
                                                        tensor_metadata metadata = {}) {
    return detail::catch_out_of_memory(path, [&]() -> error {
        const result<byte_vector> bytes = format_safetensors(tensors, std::move(metadata));
        if (!bytes) return {bytes.error().kind(), path, bytes.error().message()};
        return write_file(path, *bytes);
    });
}

}  // namespace ctnn
