// SPDX-License-Identifier: MIT
/// \file
/// Texts of several lines, one beside the other.
#pragma once

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

namespace examples {

inline std::string side_by_side(const std::vector<std::string>& texts) {
    std::string page;
    std::vector<std::istringstream> streams(texts.begin(), texts.end());
    std::size_t width = 0;
    for (const std::string& text : texts) {
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) width = std::max(width, line.size());
    }
    for (bool more = true; more;) {
        more = false;
        std::string row;
        for (std::istringstream& stream : streams) {
            std::string line;
            if (std::getline(stream, line)) more = true;
            row += line + std::string(width + 3 - line.size(), ' ');
        }
        row.erase(row.find_last_not_of(' ') + 1);
        if (more) page += row + '\n';
    }
    return page;
}

}  // namespace examples
