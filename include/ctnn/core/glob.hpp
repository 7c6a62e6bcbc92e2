// SPDX-License-Identifier: MIT
/// \file
/// Patterns that names are compared with.
#pragma once

#include <string_view>

namespace ctnn::detail {

/// Does a name fit a pattern? '*' stands for any characters, dots and none among them, '?' for one; all others for
/// themselves. Time is at most the product of the lengths: only the last '*' is ever tried again.
[[nodiscard]] constexpr bool matches(std::string_view pattern, std::string_view name) {
    std::size_t p = 0, n = 0, star = pattern.size(), retry = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            retry = n;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
            ++p;
            ++n;
        } else if (star < pattern.size()) {
            p = star + 1;
            n = ++retry;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

}  // namespace ctnn::detail
