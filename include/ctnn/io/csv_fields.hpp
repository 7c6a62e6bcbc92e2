// SPDX-License-Identifier: MIT
/// \file
/// The grammar of comma-separated values: where a field begins and ends, and where that is on the page.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ctnn/core/error.hpp"
#include "ctnn/io/bytes.hpp"
#include "ctnn/io/utf8.hpp"

namespace ctnn::detail {

/// One field of a table, as bytes of the file.
struct csv_field {
    extent begin = 0, end = 0;  ///< of its content, without the quotes around it
    extent next = 0;            ///< behind the separator or line break
    bool quoted = false;
    bool last = false;  ///< of its row
};

/// Finds the end of the field that begins at a place. \returns null, or what was found where something else must stand;
/// then `found.begin` is the place
[[nodiscard]] inline const char* scan_csv_field(byte_view b, extent at, char separator, csv_field& found) {
    const unsigned char between = static_cast<unsigned char>(separator);
    found = {};
    found.quoted = at < b.size && b[at] == '"';
    extent i = found.begin = found.quoted ? at + 1 : at;
    if (found.quoted) {
        for (;; ++i) {
            if (i >= b.size) {
                found.begin = at;
                return "quotes that are not closed";
            }
            if (b[i] != '"') continue;
            if (i + 1 >= b.size || b[i + 1] != '"') break;
            ++i;
        }
        found.end = i++;
    } else {
        while (i < b.size && b[i] != between && b[i] != '\n' && b[i] != '\r' && b[i] != '"') ++i;
        found.end = i;
    }
    found.last = i >= b.size || b[i] != between;
    found.next = i < b.size ? i + 1 : i;
    if (i >= b.size || b[i] == between || b[i] == '\n') return nullptr;
    if (b.has(i, "\r\n", 2)) {
        ++found.next;
        return nullptr;
    }
    found.begin = i;
    return b[i] == '\r'  ? "a carriage return without a line feed"
           : b[i] == '"' ? "a quote inside a field without quotes"
                         : "text behind closing quotes";
}

/// The content as it stands in the file: doubled quotes are still two.
/// \pre the field is one of the bytes
[[nodiscard]] inline std::string_view csv_content(byte_view b, const csv_field& field) {
    return {reinterpret_cast<const char*>(b.data + field.begin), static_cast<std::size_t>(field.end - field.begin)};
}

/// The content as it is meant.
[[nodiscard]] inline std::string csv_text(byte_view b, const csv_field& field) {
    const std::string_view content = csv_content(b, field);
    std::string text(content);
    if (!field.quoted) return text;
    text.clear();
    for (std::size_t i = 0; i < content.size(); ++i) {
        text += content[i];
        if (content[i] == '"') ++i;
    }
    return text;
}

/// Where the table begins: behind a byte order mark.
[[nodiscard]] inline extent csv_start(byte_view b) { return b.has(0, "\xEF\xBB\xBF", 3) ? 3 : 0; }

/// "line 3, column 7": lines as the file has them, inside quotes too; columns in characters.
[[nodiscard]] inline std::string csv_place(byte_view b, extent at) {
    extent line = 1, column = 1;
    for (extent i = csv_start(b); i < at; ++i) {
        if (b[i] == '\n') {
            ++line;
            column = 1;
        } else if ((b[i] & 0xC0) != 0x80) {
            ++column;
        }
    }
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// Refuses what is no text at all.
[[nodiscard]] inline error check_csv_text(byte_view b, const std::string& file) {
    if (b.has(0, "\xFF\xFE", 2) || b.has(0, "\xFE\xFF", 2))
        return {error_kind::wrong_format, file, 0, "UTF-16", "UTF-8"};
    for (extent i = 0; i < b.size; ++i)
        if (b[i] == 0)
            return {error_kind::wrong_format, file, i, "a byte of value 0 in " + csv_place(b, i), "a table as text"};
    if (const extent at = invalid_utf8(b); at >= 0)
        return {error_kind::corrupt, file, at, "what is no UTF-8 in " + csv_place(b, at), "a character in UTF-8"};
    return {};
}

/// Fields of a row, and of the whole file.
struct csv_size {
    extent width = 0, fields = 0;
};

/// Does nothing but line breaks follow?
[[nodiscard]] inline bool only_empty_lines(byte_view b, extent at) {
    while (at < b.size && (b[at] == '\n' || b.has(at, "\r\n", 2))) at += b[at] == '\n' ? 1 : 2;
    return at == b.size;
}

/// Goes through the whole file, holds every row against the first, and counts. Takes no memory.
[[nodiscard]] inline error measure_csv(byte_view b, const std::string& file, char separator, extent most_columns,
                                       csv_size& size) {
    extent at = csv_start(b);
    if (at == b.size) return {error_kind::corrupt, file, at, "an empty file", "a row"};
    while (at < b.size) {
        if (size.width > 1 && only_empty_lines(b, at)) break;
        extent fields = 0;
        csv_field field;
        do {
            const extent begin = at;
            if (const char* found = scan_csv_field(b, begin, separator, field)) {
                const bool open = field.begin == begin && field.quoted;
                return {open ? error_kind::truncated : error_kind::corrupt, file, field.begin,
                        std::string(found) + " in " + csv_place(b, field.begin),
                        open ? "a closing quote before the end of the file" : "a separator or the end of the line"};
            }
            at = field.next;
            ++fields;
            if (fields > most_columns)
                return {error_kind::too_large, file, begin,
                        "more than " + std::to_string(most_columns) + " fields in " + csv_place(b, begin),
                        "at most " + std::to_string(most_columns)};
            const bool more = size.width > 0 && fields > size.width, fewer = field.last && fields < size.width;
            if (more || fewer)
                return {error_kind::corrupt, file, begin,
                        (more ? "one field more in " : std::to_string(fields) + " fields up to ") + csv_place(b, begin),
                        std::to_string(size.width) + " fields as in the first line"};
        } while (!field.last);
        size.width = fields;
        size.fields += fields;
    }
    return {};
}

}  // namespace ctnn::detail
