// SPDX-License-Identifier: MIT
/// \file
/// The zip container as NumPy uses it: stored and deflated members, all checks before any memory is taken.
/// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/core/order.hpp"
#include "ctnn/core/out_of_memory.hpp"
#include "ctnn/io/bytes.hpp"
#include "ctnn/io/checksum.hpp"
#include "ctnn/io/inflate.hpp"

namespace ctnn::detail {

/// One member of a zip file, as its central directory says.
struct zip_member {
    std::string name;
    bool deflated = false;
    std::uint32_t checksum = 0;
    extent packed = 0, size = 0;  ///< bytes in the file, and unpacked
    extent header_at = 0, data_at = 0;
};

/// Compares the header in front of a member's data with the directory, and finds the data.
inline error check_local_header(byte_view b, const std::string& file, zip_member& m, extent directory_at) {
    byte_reader reader(b, m.header_at);
    std::uint32_t signature = 0, time = 0, checksum = 0, packed = 0, size = 0;
    std::uint16_t version = 0, flags = 0, method = 0, name = 0, extra = 0;
    const bool read = reader.little(signature) && reader.little(version) && reader.little(flags) &&
                      reader.little(method) && reader.little(time) && reader.little(checksum) &&
                      reader.little(packed) && reader.little(size) && reader.little(name) && reader.little(extra);
    const auto differs = [&](const std::string& found, const char* expected) {
        return error(error_kind::corrupt, file, m.header_at, found + " before member " + m.name, expected);
    };
    if (!read || signature != 0x04034b50) return differs("no header", "the bytes PK 3 4");
    m.data_at = reader.position() + name + extra;
    if (m.data_at > directory_at || m.packed > directory_at - m.data_at)
        return differs("a member that reaches into the directory", "data before it");
    if (static_cast<std::size_t>(name) != m.name.size() || !b.has(reader.position(), m.name.data(), name))
        return differs("another name", "that of the directory");
    if (method != (m.deflated ? 8 : 0)) return differs("another method", "that of the directory");
    if ((flags & 8) != 0) return {};  // sizes and checksum follow the data; the directory has them
    std::uint64_t long_packed = packed, long_size = size;
    if (packed == 0xffffffff && size == 0xffffffff) {
        // 64-bit sizes in an extra field, which NumPy reserves for every member.
        byte_reader field(byte_view(b.data, m.data_at), reader.position() + name);
        std::uint16_t id = 0, length = 0;
        bool found = false;
        while (!found && field.little(id) && field.little(length)) {
            if (id == 1 && length >= 16)
                found = field.little(long_size) && field.little(long_packed);
            else if (!field.skip(length))
                break;
        }
        if (!found) return differs("no 64-bit sizes", "them");
    }
    if (checksum != m.checksum || long_packed != static_cast<std::uint64_t>(m.packed) ||
        long_size != static_cast<std::uint64_t>(m.size))
        return differs("another size or checksum", "those of the directory");
    return {};
}

/// Finds the end record: 22 bytes and a comment of the length that it states.
/// \returns its place, or -1
inline extent find_zip_end(byte_view b) {
    for (extent at = b.size - 22; at >= 0 && at >= b.size - 22 - 65535; --at)
        if (b.has(at, "PK\5\6", 4) && load_little<std::uint16_t>(b.data + at + 20) == b.size - at - 22) return at;
    return -1;
}

/// One entry of the central directory.
inline error read_directory_entry(const std::string& file, byte_reader& reader, zip_member& m) {
    const extent at = reader.position();
    std::uint32_t signature = 0, time = 0, packed = 0, size = 0, outside = 0, offset = 0;
    std::uint16_t made_by = 0, needed = 0, flags = 0, method = 0, name = 0, extra = 0, comment = 0, disk = 0,
                  inside = 0;
    const bool read = reader.little(signature) && reader.little(made_by) && reader.little(needed) &&
                      reader.little(flags) && reader.little(method) && reader.little(time) &&
                      reader.little(m.checksum) && reader.little(packed) && reader.little(size) &&
                      reader.little(name) && reader.little(extra) && reader.little(comment) && reader.little(disk) &&
                      reader.little(inside) && reader.little(outside) && reader.little(offset);
    const unsigned char* text = reader.here();
    if (!read || signature != 0x02014b50 || !reader.skip(std::int64_t{name} + extra + comment))
        return {error_kind::corrupt, file, at, "no whole directory entry", "the bytes PK 1 2 and an entry"};
    m.name.assign(reinterpret_cast<const char*>(text), name);
    if ((flags & 1) != 0) return {error_kind::unsupported, file, at, "an encrypted member " + m.name, "a plain one"};
    if (packed == 0xffffffff || size == 0xffffffff || offset == 0xffffffff)
        return {error_kind::unsupported, file, at, "a member " + m.name + " of 4 GiB or more", "a smaller one"};
    if (method != 0 && method != 8)
        return {error_kind::unsupported, file, at, "compression method " + std::to_string(method),
                "stored (0) or deflate (8)"};
    m.deflated = method == 8;
    m.packed = packed;
    m.size = size;
    m.header_at = offset;
    if (!m.deflated && packed != size)
        return {error_kind::corrupt, file, at, "a stored member of two sizes", "equal ones"};
    if (m.deflated && m.size / deflate_ratio > m.packed)
        return {error_kind::corrupt, file, at, "a size that deflate cannot reach", "a smaller one"};
    return {};
}

/// Reads the directory of a zip file and compares it with the members' own headers. Members may not overlap, share a
/// name or reach outside; the sum of their unpacked sizes may not exceed the budget.
[[nodiscard]] inline result<std::vector<zip_member>> read_zip_directory(byte_view b, const std::string& file,
                                                                        std::int64_t budget) {
    if (!b.has(0, "PK", b.size < 2 ? b.size : 2))
        return error(error_kind::wrong_format, file, 0, "another signature", "a zip file");
    const extent end = find_zip_end(b);
    if (end < 0)
        return error(error_kind::truncated, file, b.size, "no end of a zip directory", "one at the end of the file");
    const std::int64_t count = load_little<std::uint16_t>(b.data + end + 10);
    const std::int64_t size = load_little<std::uint32_t>(b.data + end + 12),
                       begin = load_little<std::uint32_t>(b.data + end + 16);
    if (load_little<std::uint32_t>(b.data + end + 4) != 0 || load_little<std::uint16_t>(b.data + end + 8) != count)
        return error(error_kind::unsupported, file, end + 4, "a part of a split zip file", "a whole one");
    if (count == 0xffff || size == 0xffffffff || begin == 0xffffffff)
        return error(error_kind::unsupported, file, end, "a zip file of 4 GiB or 65535 members", "a smaller one");
    if (begin > end || size != end - begin)
        return error(error_kind::corrupt, file, end + 12, "a directory of " + std::to_string(size) + " bytes",
                     std::to_string(end - begin));
    std::vector<zip_member> members;
    std::int64_t sum = 0;
    byte_reader reader(byte_view(b.data, end), static_cast<extent>(begin));
    for (std::int64_t i = 0; i < count; ++i) {
        zip_member m;
        if (error wrong = read_directory_entry(file, reader, m)) return wrong;
        if (error wrong = check_local_header(b, file, m, static_cast<extent>(begin))) return wrong;
        sum += m.size;
        if (sum > budget)
            return error(error_kind::too_large, file, m.header_at,
                         "members of more than " + std::to_string(budget) + " bytes", "a smaller sum");
        members.push_back(std::move(m));
    }
    if (reader.left() != 0)
        return error(error_kind::corrupt, file, reader.position(), "more than " + std::to_string(count) + " entries",
                     "that many");
    const zip_member* last = nullptr;
    for (const extent i : sorted_places(members, [](auto&x, auto&y) { return x.header_at < y.header_at; })) {
        const zip_member& m = members[static_cast<std::size_t>(i)];
        if (last != nullptr && last->data_at + last->packed > m.header_at)
            return error(error_kind::corrupt, file, m.header_at, "a member inside another",
                         "members behind each other");
        last = &m;
    }
    last = nullptr;
    for (const extent i : sorted_places(members, [](auto&x, auto&y) { return x.name < y.name; })) {
        const zip_member& m = members[static_cast<std::size_t>(i)];
        if (last != nullptr && last->name == m.name)
            return error(error_kind::corrupt, file, last->header_at, "two members " + m.name, "different names");
        last = &m;
    }
    return members;
}

/// Unpacks a deflate stream without header into exactly `size` bytes.
inline error inflate_exactly(byte_view packed, byte_vector& to, const std::string& file, extent at) {
#if defined(CTNN_WITH_ZLIB)
    switch (inflate_by_zlib(packed, to, bare_deflate)) {
        case inflation::whole:
            return {};
        case inflation::out_of_memory:
            return make_out_of_memory(file);
        case inflation::damaged:
            break;
    }
    return {error_kind::corrupt, file, at, "data that unpacks to another size, or not at all",
            std::to_string(to.size()) + " bytes"};
#else
    (void)packed;
    (void)to;
    return {error_kind::unsupported, file, at, "deflate",
            "stored data (define CTNN_WITH_ZLIB and link zlib to read it)"};
#endif
}

/// The content of a member, its checksum compared.
[[nodiscard]] inline result<byte_vector> read_zip_member(byte_view b, const std::string& file, const zip_member& m) {
    byte_vector content;
    if (m.deflated) {
        content.resize(static_cast<std::size_t>(m.size));
        if (error wrong = inflate_exactly({b.data + m.data_at, m.packed}, content, file, m.data_at)) return wrong;
    } else {
        content.assign(b.data + m.data_at, b.data + m.data_at + m.size);
    }
    if (crc32(content) != m.checksum)
        return error(error_kind::corrupt, file, m.data_at, "member " + m.name + " whose checksum differs",
                     "equal checksums");
    return content;
}

/// A zip file of stored members, all dated 1 January 1980, so that equal content gives equal files.
/// \returns false when it would need 64-bit sizes
inline bool format_zip(const std::vector<std::pair<std::string, byte_vector>>& members, byte_vector& out) {
    byte_vector directory;
    std::int64_t bytes = 0;
    for (const auto& [name, content] : members)
        bytes += static_cast<std::int64_t>(content.size() + 2 * name.size() + 76);
    if (bytes > 0xfffffff0 - 22 || members.size() >= 0xffff) return false;
    for (const auto& member : members) {
        const std::string& name = member.first;
        const byte_vector& content = member.second;
        const auto offset = static_cast<std::uint32_t>(out.size()), size = static_cast<std::uint32_t>(content.size());
        const std::uint32_t checksum = crc32(content);
        const auto common = [&](byte_vector& to) {
            append_little(to, std::uint16_t{20});        // version 2.0 reads it
            append_little(to, std::uint16_t{0x800});     // names are UTF-8
            append_little(to, std::uint16_t{0});         // stored
            append_little(to, std::uint32_t{0x210000});  // 1980-01-01 00:00
            append_little(to, checksum);
            append_little(to, size);
            append_little(to, size);
            append_little(to, static_cast<std::uint16_t>(name.size()));
            append_little(to, std::uint16_t{0});
        };
        append_little(out, std::uint32_t{0x04034b50});
        common(out);
        append_text(out, name);
        append(out, content);
        append_little(directory, std::uint32_t{0x02014b50});
        append_little(directory, std::uint16_t{20});
        common(directory);
        for (int i = 0; i < 5; ++i)
            append_little(directory, std::uint16_t{0});  // no comment; disk 0; attributes of 2 and 4 bytes
        append_little(directory, offset);
        append_text(directory, name);
    }
    const auto begin = static_cast<std::uint32_t>(out.size()), size = static_cast<std::uint32_t>(directory.size());
    const auto count = static_cast<std::uint16_t>(members.size());
    append(out, directory);
    append_little(out, std::uint32_t{0x06054b50});
    append_little(out, std::uint32_t{0});
    append_little(out, count);
    append_little(out, count);
    append_little(out, size);
    append_little(out, begin);
    append_little(out, std::uint16_t{0});
    return true;
}

}  // namespace ctnn::detail
