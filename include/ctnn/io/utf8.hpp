// SPDX-License-Identifier: MIT
/// \file
/// UTF-8, checked and written. https://www.rfc-editor.org/rfc/rfc3629
#pragma once

#include <cstdint>
#include <string>

#include "ctnn/io/bytes.hpp"

namespace ctnn::detail {

/// Appends a code point of at most 0x10FFFF as UTF-8.
inline void append_utf8(std::string& to, std::uint32_t code) {
    const auto put = [&to](std::uint32_t byte) { to += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (code < 0x80) return put(code);
    if (code < 0x800)
        put(0xC0 | (code >> 6));
    else if (code < 0x10000)
        put(0xE0 | (code >> 12)), put(0x80 | ((code >> 6) & 0x3F));
    else
        put(0xF0 | (code >> 18)), put(0x80 | ((code >> 12) & 0x3F)), put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
}

/// Where the first character begins that is none: overlong, cut, a surrogate or above 0x10FFFF. -1: there is none.
[[nodiscard]] inline extent invalid_utf8(byte_view b) {
    for (extent i = 0; i < b.size;) {
        const extent begin = i;
        const unsigned char first = b[i++];
        if (first < 0x80) continue;
        const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
        if (first < 0xC2 || first > 0xF4 || b.size - i < more) return begin;
        const unsigned char second = b[i];
        if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) || (first == 0xF0 && second < 0x90) ||
            (first == 0xF4 && second > 0x8F))
            return begin;
        for (int k = 0; k < more; ++k)
            if ((b[i++] & 0xC0) != 0x80) return begin;
    }
    return -1;
}

/// Is it UTF-8?
[[nodiscard]] inline bool valid_utf8(byte_view b) { return invalid_utf8(b) < 0; }

}  // namespace ctnn::detail
