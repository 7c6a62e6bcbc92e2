// SPDX-License-Identifier: MIT
/// \file
/// JSON, read with a cursor that knows where it stands, and text written as JSON. https://www.rfc-editor.org/rfc/rfc8259
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "ctnn/io/bytes.hpp"
#include "ctnn/io/utf8.hpp"

namespace ctnn::detail {

/// Moves through JSON that is known to be UTF-8, for readers that know which values they want. What can fail returns
/// null or what is expected at position(); nothing is allocated but texts that stand in the file.
class json_cursor {
public:
    explicit json_cursor(byte_view text) : text_(text) {}
    [[nodiscard]] extent position() const { return at_; }

protected:
    /// Reads { key: value, ... } and calls member(key) with the place at each value.
    template <class Member>
    const char* object(const Member& member) {
        if (!take('{')) return "an opening brace";
        if (take('}')) return nullptr;
        do {
            std::string key;
            skip_space();
            if (!string(key)) return "a key in quotes";
            if (!take(':')) return "a colon";
            skip_space();
            if (const char* wrong = member(std::move(key))) return wrong;
        } while (take(','));
        return take('}') ? nullptr : "a comma or a closing brace";
    }

    /// Reads [ value, ... ] and calls item() with the place at each value.
    template <class Item>
    const char* array(const Item& item) {
        if (!take('[')) return "an opening bracket";
        if (take(']')) return nullptr;
        do {
            skip_space();
            if (const char* wrong = item()) return wrong;
        } while (take(','));
        return take(']') ? nullptr : "a comma or a closing bracket";
    }

    /// Goes over a value of any kind that nests at most `depth` deep.
    const char* skip_value(int depth = 64) {
        std::string text;
        skip_space();
        const unsigned char first = at_ < text_.size ? text_[at_] : 0;
        if (first == '"') return string(text) ? nullptr : "a text";
        if ((first == '{' || first == '[') && depth == 0) return "a value that nests less deep";
        if (first == '{') return object([&](const std::string&) { return skip_value(depth - 1); });
        if (first == '[') return array([&] { return skip_value(depth - 1); });
        for (const char* word : {"true", "false", "null"})
            if (text_.has(at_, word, static_cast<extent>(std::strlen(word)))) {
                at_ += static_cast<extent>(std::strlen(word));
                return nullptr;
            }
        return skip_number() ? nullptr : "a value";
    }

    bool skip_number() {
        const auto digits = [&] {
            const extent begin = at_;
            while (at_ < text_.size && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
            return at_ > begin;
        };
        const auto here = [&](char c) { return at_ < text_.size && text_[at_] == static_cast<unsigned char>(c); };
        if (here('-')) ++at_;
        if (here('0'))
            ++at_;
        else if (!digits())
            return false;
        if (here('.')) {
            ++at_;
            if (!digits()) return false;
        }
        if (!here('e') && !here('E')) return true;
        ++at_;
        if (here('+') || here('-')) ++at_;
        return digits();
    }

    bool string(std::string& to) {
        if (!take('"')) return false;
        while (at_ < text_.size) {
            const unsigned char c = text_[at_++];
            if (c == '"') return true;
            if (c < 0x20) return false;
            if (c != '\\')
                to += static_cast<char>(c);
            else if (!escape(to))
                return false;
        }
        return false;
    }

    bool escape(std::string& to) {
        if (at_ >= text_.size) return false;
        const char c = static_cast<char>(text_[at_++]);
        constexpr const char* letters = "\"\\/bfnrt";
        constexpr const char* meanings = "\"\\/\b\f\n\r\t";
        if (const char* found = c != 0 ? std::strchr(letters, c) : nullptr) {
            to += meanings[found - letters];
            return true;
        }
        std::uint32_t code = 0, low = 0;
        if (c != 'u' || !four_digits(code) || (code >= 0xDC00 && code < 0xE000)) return false;
        if (code >= 0xD800 && code < 0xDC00) {
            // The first half of a pair that makes one code point above 0xFFFF.
            if (!text_.has(at_, "\\u", 2)) return false;
            at_ += 2;
            if (!four_digits(low) || low < 0xDC00 || low >= 0xE000) return false;
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
        append_utf8(to, code);
        return true;
    }

    bool four_digits(std::uint32_t& code) {
        if (text_.size - at_ < 4) return false;
        code = 0;
        for (int i = 0; i < 4; ++i) {
            const unsigned char c = text_[at_++];
            const bool digit = c >= '0' && c <= '9', upper = c >= 'A' && c <= 'F', lower = c >= 'a' && c <= 'f';
            if (!digit && !upper && !lower) return false;
            code = 16 * code + static_cast<std::uint32_t>(digit ? c - '0' : upper ? c - 'A' + 10 : c - 'a' + 10);
        }
        return true;
    }

    void skip_space() {
        while (at_ < text_.size &&
               (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
            ++at_;
    }
    bool take(char c) {
        skip_space();
        if (at_ >= text_.size || text_[at_] != static_cast<unsigned char>(c)) return false;
        ++at_;
        return true;
    }

    byte_view text_;
    extent at_ = 0;
};

/// A text as JSON: quotes, backslashes and control characters escaped, everything else as it is.
inline void append_json(std::string& to, const std::string& text) {
    constexpr const char* digits = "0123456789abcdef";
    to += '"';
    for (const char c : text) {
        const unsigned char code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            (to += '\\') += c;
        else if (code < 0x20)
            ((to += "\\u00") += digits[code >> 4]) += digits[code & 15];
        else
            to += c;
    }
    to += '"';
}

}  // namespace ctnn::detail
