// SPDX-License-Identifier: MIT
/// \file
/// What lies in a folder. <filesystem> cannot tell: its iterator ends the program when memory runs out inside it
/// (libstdc++ 12). Tested on Linux; the Windows branches are untested.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <sys/types.h>
#if defined(_WIN32)
#include <io.h>
#else
#include <dirent.h>
#endif

#include "ctnn/core/error.hpp"
#include "ctnn/core/out_of_memory.hpp"
#include "ctnn/io/path.hpp"
#include "ctnn/io/system_file.hpp"

namespace ctnn::detail {

/// A folder that is being listed, and closed at the latest with this object.
class open_folder {
public:
    explicit open_folder([[maybe_unused]] const std::string& path) {
#if defined(_WIN32)
        search_ = ::_findfirst64(path_in(path, "*").c_str(), &entry_);
#else
        do folder_ = ::opendir(path.c_str());
        while (folder_ == nullptr && errno == EINTR);
#endif
    }
    open_folder(const open_folder&) = delete;
    open_folder& operator=(const open_folder&) = delete;

#if defined(_WIN32)
    ~open_folder() {
        if (is_open()) ::_findclose(search_);
    }
    [[nodiscard]] bool is_open() const noexcept { return search_ != -1; }
    /// The next name; null at the end, and then errno is 0 unless something failed.
    [[nodiscard]] const char* next() noexcept {
        errno = 0;
        if (!std::exchange(first_, false) && ::_findnext64(search_, &entry_) != 0) {
            if (errno == ENOENT) errno = 0;
            return nullptr;
        }
        return entry_.name;
    }

private:
    struct __finddata64_t entry_ {};
    std::intptr_t search_ = -1;
    bool first_ = true;
#else
    ~open_folder() {
        if (is_open()) ::closedir(folder_);
    }
    [[nodiscard]] bool is_open() const noexcept { return folder_ != nullptr; }
    /// The next name; null at the end, and then errno is 0 unless something failed.
    [[nodiscard]] const char* next() noexcept {
        errno = 0;
        const dirent* const entry = ::readdir(folder_);
        return entry == nullptr ? nullptr : &entry->d_name[0];
    }

private:
    DIR* folder_ = nullptr;
#endif
};

/// Is this a folder, or a link to one?
inline bool is_folder(const std::string& path) {
    struct stat about {};
    return ::stat(path.c_str(), &about) == 0 && (about.st_mode & S_IFMT) == S_IFDIR;
}

inline bool is_link([[maybe_unused]] const std::string& path) {
#if defined(_WIN32)
    return false;
#else
    struct stat about {};
    return ::lstat(path.c_str(), &about) == 0 && S_ISLNK(about.st_mode);
#endif
}

/// Appends the paths of the folders and files in a folder, by byte order of the names, so that it is the same on every
/// file system. Hidden entries, which begin with a dot, are left out, and so are pipes, devices and links to nowhere.
inline error list_folder(const std::string& folder, std::vector<std::string>& folders, std::vector<std::string>& files,
                         bool follow_links) {
    const auto refuse = [](const std::string& path) {
        if (errno == ENOMEM) return make_out_of_memory(path);
        return error(error_kind::cannot_open, path, "cannot be listed: " + system_reason());
    };
    open_folder entries(folder);
    if (!entries.is_open()) return refuse(folder);
    const auto first_folder = static_cast<std::ptrdiff_t>(folders.size()),
               first_file = static_cast<std::ptrdiff_t>(files.size());
    while (const char* const name = entries.next()) {
        if (name[0] == '.') continue;
        std::string path = path_in(folder, name);
        struct stat about {};
        if (::stat(path.c_str(), &about) != 0) {
            if (errno == ENOENT || errno == ELOOP) continue;
            return refuse(path);
        }
        if ((about.st_mode & S_IFMT) == S_IFREG)
            files.push_back(std::move(path));
        else if ((about.st_mode & S_IFMT) == S_IFDIR && (follow_links || !is_link(path)))
            folders.push_back(std::move(path));
    }
    if (errno != 0) return refuse(folder);
    std::sort(folders.begin() + first_folder, folders.end());
    std::sort(files.begin() + first_file, files.end());
    return {};
}

}  // namespace ctnn::detail
