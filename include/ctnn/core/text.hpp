// SPDX-License-Identifier: MIT
/// \file
/// Numbers and extents as the messages, names and files of the library spell them.
#pragma once

#include <charconv>
#include <string>

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
