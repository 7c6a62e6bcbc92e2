// SPDX-License-Identifier: MIT
/// \file
/// A number as the messages of training say it.
#pragma once

#include <charconv>
#include <string>

namespace ctnn::detail {

/// The shortest decimal that reads back as the number, whatever the locale.
[[nodiscard]] inline std::string decimal(double value) {
    char text[32];
    const std::to_chars_result end = std::to_chars(text, text + sizeof text, value);
    return std::string(text, end.ptr);
}

}  // namespace ctnn::detail
