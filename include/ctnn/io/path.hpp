// SPDX-License-Identifier: MIT
/// \file
/// Paths as texts: what <filesystem> knows of them, without its price of 0.2 s a source file. Where Windows differs,
/// the branch is untested.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace ctnn::detail {

inline bool is_separator(char c) noexcept {
#if defined(_WIN32)
    return c == '/' || c == '\\';
#else
    return c == '/';
#endif
}

/// Behind the last separator, or 0.
inline std::size_t begin_of_name(const std::string& path) noexcept {
    std::size_t at = path.size();
    while (at > 0 && !is_separator(path[at - 1])) --at;
    return at;
}

/// The name of a file in its folder.
inline std::string name_of(const std::string& path) { return path.substr(begin_of_name(path)); }

/// The folder that a file is in.
inline std::string folder_of(const std::string& path) {
    const std::size_t name = begin_of_name(path);
    return name == 0 ? "." : path.substr(0, name == 1 ? 1 : name - 1);
}

/// Does a path mean the same wherever the program runs? On Windows also from where it runs on a drive.
inline bool is_absolute(const std::string& path) noexcept {
#if defined(_WIN32)
    if (path.size() > 1 && path[1] == ':') return true;
#endif
    return !path.empty() && is_separator(path[0]);
}

/// A path that is given from a folder.
inline std::string path_in(const std::string& folder, const std::string& path) {
    if (folder.empty() || is_absolute(path)) return path;
    std::string whole = folder;
    if (!is_separator(whole.back())) whole += '/';
    return whole += path;
}

/// What stands between the separators, without empty parts.
inline std::vector<std::string> parts_of(const std::string& path) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < path.size();) {
        std::size_t end = at;
        while (end < path.size() && !is_separator(path[end])) ++end;
        if (end > at) parts.push_back(path.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

/// The path without ".", doubled separators and "folder/..", so that a file has one name; links are not looked up.
inline std::string normal_path(const std::string& path) {
    const bool from_root = !path.empty() && is_separator(path[0]);
    std::vector<std::string> kept;
    for (std::string& part : parts_of(path)) {
        if (part == ".") continue;
        if (part != ".." || (kept.empty() ? !from_root : kept.back() == ".."))
            kept.push_back(std::move(part));
        else if (!kept.empty())
            kept.pop_back();
    }
    std::string whole = from_root ? "/" : kept.empty() ? "." : "";
    for (std::size_t i = 0; i < kept.size(); ++i) whole += (i == 0 ? "" : "/") + kept[i];
    return whole;
}

}  // namespace ctnn::detail
