// SPDX-License-Identifier: MIT
/// \file
/// Numbers and extents as the messages, names and files of the library spell them.
#pragma once

#include <charconv>
#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

namespace ctnn {

/// A number as the shortest text that reads back as the same number, independent of the language set: 0.25, 1e-07, nan.
[[nodiscard]] inline std::string to_text(double value) {
    char text[32];
    const std::to_chars_result end = std::to_chars(text, text + sizeof text, value);
    return {text, end.ptr};
}
[[nodiscard]] inline std::string to_text(float value) {
    char text[32];
    const std::to_chars_result end = std::to_chars(text, text + sizeof text, value);
    return {text, end.ptr};
}

namespace detail {

/// A part of a message: characters, or a number as to_text() spells it.
class text_part {
public:
    text_part(const char* text) : text_(text) {}
    text_part(const std::string& text) : text_(text) {}
    text_part(double number) : number_(number), what_(kind::real) {}
    template <std::integral Integer>
    text_part(Integer number) : count_(static_cast<long long>(number)), what_(kind::integer) {}

    [[gnu::cold]] void append_to(std::string& message) const {
        if (what_ == kind::text)
            message += text_;
        else
            message += what_ == kind::integer ? std::to_string(count_) : to_text(number_);
    }

private:
    enum class kind : unsigned char { text, integer, real };
    std::string_view text_{};
    long long count_ = 0;
    double number_ = 0;
    kind what_ = kind::text;
};

/// The parts of a message in one string. Cold and in one place: a compiler that inlines sums of strings where they are
/// refused spends more on what is never said than on a kernel.
[[nodiscard, gnu::cold, gnu::noinline]] inline std::string text_of(std::initializer_list<text_part> parts) {
    std::string message;
    for (const text_part& part : parts) part.append_to(message);
    return message;
}

/// The first `count` of anything with operator[], with a separator between them: 28, 28, 1.
template <class Extents, class Count>
[[nodiscard]] std::string joined(const Extents& extents, Count count, const char* separator) {
    std::string text;
    for (Count i = 0; i < count; ++i) {
        if (i > 0) text += separator;
        text += std::to_string(extents[i]);
    }
    return text;
}

}  // namespace detail
}  // namespace ctnn
