// SPDX-License-Identifier: MIT
/// \file
/// Whole files: read with a budget, written so that a crash leaves the old file or the new one. The only place that
/// calls the operating system's file functions. Tested on Linux; the Windows branches are untested.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#if defined(_WIN32)
#include <io.h>
#include <process.h>
extern "C" __declspec(dllimport) int __stdcall MoveFileExA(const char*, const char*, unsigned long);
#else
#include <unistd.h>
#endif

#include "ctnn/core/error.hpp"
#include "ctnn/io/bytes.hpp"

namespace ctnn {

/// The most bytes that a reader takes from a file unless told otherwise: 256 MiB.
inline constexpr std::int64_t default_budget = std::int64_t{256} << 20;

namespace detail {

/// What the operating system said last.
inline std::string system_reason() { return std::strerror(errno); }

inline int open_file(const std::string& path, bool create) {
    for (;;) {
#if defined(_WIN32)
        const int file = create
                             ? ::_open(path.c_str(), _O_WRONLY | _O_CREAT | _O_EXCL | _O_BINARY, _S_IREAD | _S_IWRITE)
                             : ::_open(path.c_str(), _O_RDONLY | _O_BINARY);
#else
        // O_NONBLOCK: to open a pipe that nobody writes must not wait; regular files do not know it.
        const int file = create ? ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)
                                : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
#endif
        if (file >= 0 || errno != EINTR) return file;
    }
}

/// At most 1 GiB is moved in one call: Linux stops at 2 GiB - 4 KiB.
inline constexpr std::int64_t largest_transfer = std::int64_t{1} << 30;

/// Reads once, again when a signal came between. \returns the bytes read, 0 at the end, below 0 on failure
inline std::int64_t read_once(int file, unsigned char* to, std::int64_t count) {
    const std::int64_t part = count < largest_transfer ? count : largest_transfer;
    for (;;) {
#if defined(_WIN32)
        const std::int64_t done = ::_read(file, to, static_cast<unsigned>(part));
#else
        const std::int64_t done = ::read(file, to, static_cast<std::size_t>(part));
#endif
        if (done >= 0 || errno != EINTR) return done;
    }
}

/// The same for writing.
inline std::int64_t write_once(int file, const unsigned char* from, std::int64_t count) {
    const std::int64_t part = count < largest_transfer ? count : largest_transfer;
    for (;;) {
#if defined(_WIN32)
        const std::int64_t done = ::_write(file, from, static_cast<unsigned>(part));
#else
        const std::int64_t done = ::write(file, from, static_cast<std::size_t>(part));
#endif
        if (done >= 0 || errno != EINTR) return done;
    }
}

inline bool flush_to_disk(int file) {
#if defined(_WIN32)
    return ::_commit(file) == 0;
#else
    for (;;) {
        if (::fsync(file) == 0) return true;
        if (errno != EINTR) return false;
    }
#endif
}

/// After EINTR the descriptor is closed on Linux, and closing again could hit another thread's file.
inline bool close_file(int file) {
#if defined(_WIN32)
    return ::_close(file) == 0;
#else
    return ::close(file) == 0 || errno == EINTR;
#endif
}

/// Puts the finished temporary file in the place of the old one, in one step.
inline bool replace_file(const std::string& from, const std::string& to) {
#if defined(_WIN32)
    return ::MoveFileExA(from.c_str(), to.c_str(), 0x1UL | 0x8UL) != 0;  // REPLACE_EXISTING, WRITE_THROUGH
#else
    return std::rename(from.c_str(), to.c_str()) == 0;
#endif
}

/// Makes the new name itself survive a power failure. File systems that cannot flush a folder say EINVAL: nothing to
/// do.
inline bool flush_folder(const std::string& path) {
#if defined(_WIN32)
    return !path.empty();
#else
    const std::size_t slash = path.find_last_of('/');
    const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
    const int file = open_file(folder, false);
    if (file < 0) return errno == EACCES;  // a folder that may be written but not read
    const bool flushed = flush_to_disk(file) || errno == EINVAL || errno == EROFS || errno == EBADF;
    return close_file(file) && flushed;
#endif
}

/// The file that a write to this path must replace: behind symbolic links, so that the link itself stays.
inline std::string behind_links(const std::string& path) {
#if !defined(_WIN32)
    struct stat about {};
    if (::lstat(path.c_str(), &about) == 0 && S_ISLNK(about.st_mode)) {
        if (char* real = ::realpath(path.c_str(), nullptr)) {
            std::string found = real;
            std::free(real);
            return found;
        }
    }
#endif
    return path;
}

inline std::string temporary_name(const std::string& path, int attempt) {
#if defined(_WIN32)
    const long process = ::_getpid();
#else
    const long process = static_cast<long>(::getpid());
#endif
    return path + ".new-" + std::to_string(process) + "-" + std::to_string(attempt);
}

}  // namespace detail

/// Reads a whole file.
///
/// Refuses with cannot_open what does not exist, may not be read or is no regular file (a folder, a pipe, a device:
/// none is waited for), with too_large more than `budget` bytes (before any memory is taken), and with truncated or
/// trailing_data a file that changes its size meanwhile.
[[nodiscard]] inline result<byte_vector> read_file(const std::string& path, std::int64_t budget = default_budget) {
    const int file = detail::open_file(path, false);
    if (file < 0) return error(error_kind::cannot_open, path, "cannot be opened: " + detail::system_reason());
    const auto refuse = [&](error_kind kind, const std::string& why) {
        (void)detail::close_file(file);  // the failure before is the one to tell
        return error(kind, path, why);
    };
    struct stat about {};
    if (::fstat(file, &about) != 0) return refuse(error_kind::cannot_open, "has no size: " + detail::system_reason());
    if ((about.st_mode & S_IFMT) == S_IFDIR) return refuse(error_kind::cannot_open, "is a folder, not a file");
    if ((about.st_mode & S_IFMT) != S_IFREG)
        return refuse(error_kind::cannot_open, "is no regular file (a pipe or a device)");
    const std::int64_t size = about.st_size;
    if (size < 0 || size > budget) {
        return refuse(error_kind::too_large,
                      "has " + std::to_string(size) + " bytes, the budget is " + std::to_string(budget));
    }
    byte_vector bytes(static_cast<std::size_t>(size));
    std::int64_t done = 0;
    while (done < size) {
        const std::int64_t part = detail::read_once(file, bytes.data() + done, size - done);
        if (part < 0) return refuse(error_kind::cannot_open, "cannot be read: " + detail::system_reason());
        if (part == 0)
            return refuse(error_kind::truncated, "shrank to " + std::to_string(done) + " bytes while being read");
        done += part;
    }
    unsigned char more = 0;
    if (detail::read_once(file, &more, 1) > 0) return refuse(error_kind::trailing_data, "grew while being read");
    if (!detail::close_file(file))
        return error(error_kind::cannot_open, path, "cannot be closed: " + detail::system_reason());
    return bytes;
}

/// Writes a whole file, crash-safe: a temporary file in the same folder is written, flushed to the disk, closed and
/// renamed over the old one, then the folder is flushed. After any failure (cannot_write) the old file is as it was
/// and the temporary file is gone; an existing file's permissions are kept; a symbolic link stays and its target is
/// replaced.
[[nodiscard]] inline error write_file(const std::string& path, byte_view bytes) {
    const std::string target = detail::behind_links(path);
    struct stat about {};
    const bool exists = ::stat(target.c_str(), &about) == 0;
    if (exists && (about.st_mode & S_IFMT) != S_IFREG)
        return {error_kind::cannot_write, path, "is a folder, a pipe or a device: not replaced by a file"};
    std::string temporary;
    int file = -1;
    for (int attempt = 0; attempt < 100 && file < 0; ++attempt) {
        temporary = detail::temporary_name(target, attempt);
        file = detail::open_file(temporary, true);
        if (file < 0 && errno != EEXIST) break;
    }
    if (file < 0)
        return {error_kind::cannot_write, path,
                "cannot create " + temporary + " beside it: " + detail::system_reason()};

    std::string failure;
    for (std::int64_t done = 0; done < bytes.size && failure.empty();) {
        const std::int64_t part = detail::write_once(file, bytes.data + done, bytes.size - done);
        if (part < 0)
            failure = "cannot be written: " + detail::system_reason();
        else if (part == 0)
            failure = "cannot be written: the disk takes no more bytes";
        else
            done += part;
    }
#if !defined(_WIN32)
    if (failure.empty() && exists && ::fchmod(file, about.st_mode & 07777) != 0)
        failure = "cannot keep its permissions: " + detail::system_reason();
#endif
    if (failure.empty() && !detail::flush_to_disk(file)) failure = "cannot be flushed: " + detail::system_reason();
    if (!detail::close_file(file) && failure.empty()) failure = "cannot be closed: " + detail::system_reason();
    if (failure.empty() && !detail::replace_file(temporary, target))
        failure = "cannot be renamed: " + detail::system_reason();
    if (!failure.empty()) {
        std::remove(temporary.c_str());
        return {error_kind::cannot_write, path, failure + "; the file that was there is unchanged"};
    }
    if (!detail::flush_folder(target))
        return {error_kind::cannot_write, path,
                "is written, but its folder cannot be flushed: " + detail::system_reason()};
    return {};
}

}  // namespace ctnn
