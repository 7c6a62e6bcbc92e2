// SPDX-License-Identifier: MIT
/// \file
/// The only place that calls the operating system's file functions: each is repeated when a signal came between, and
/// what is open is closed. Tested on Linux; the Windows branches are untested.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

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

namespace ctnn::detail {

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

/// Is there nothing of this name? False as well where it cannot be known: to open it then says why.
inline bool is_missing(const std::string& path) {
    struct stat about {};
    return ::stat(path.c_str(), &about) != 0 && (errno == ENOENT || errno == ENOTDIR);
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

/// Makes a new name in a folder itself survive a power failure. File systems that cannot flush a folder say EINVAL:
/// nothing to do.
inline bool flush_folder([[maybe_unused]] const std::string& folder) {
#if defined(_WIN32)
    return true;
#else
    const int file = open_file(folder, false);
    if (file < 0) return errno == EACCES;  // a folder that may be written but not read
    const bool flushed = flush_to_disk(file) || errno == EINVAL || errno == EROFS || errno == EBADF;
    return close_file(file) && flushed;
#endif
}

/// The file that a write to this path must replace: behind symbolic links, so that the link itself stays.
/// \returns false when there is no memory to find it
inline bool behind_links(const std::string& path, std::string& target) {
    target = path;
#if !defined(_WIN32)
    struct stat about {};
    if (::lstat(path.c_str(), &about) != 0 || !S_ISLNK(about.st_mode)) return true;
    struct allocated {
        char* text;
        ~allocated() { std::free(text); }
    };
    errno = 0;
    const allocated real{::realpath(path.c_str(), nullptr)};
    if (real.text == nullptr) return errno != ENOMEM;  // a link to nothing is replaced itself
    target = real.text;
#endif
    return true;
}

inline std::string temporary_name(const std::string& path, int attempt) {
#if defined(_WIN32)
    const long process = ::_getpid();
#else
    const long process = static_cast<long>(::getpid());
#endif
    return path + ".new-" + std::to_string(process) + "-" + std::to_string(attempt);
}

/// An open file that is closed at the latest with this object.
class file_handle {
public:
    explicit file_handle(int file = -1) noexcept : file_(file) {}
    file_handle(const file_handle&) = delete;
    file_handle& operator=(const file_handle&) = delete;
    ~file_handle() { (void)close(); }

    [[nodiscard]] bool is_open() const noexcept { return file_ >= 0; }
    [[nodiscard]] int get() const noexcept { return file_; }
    void open(const std::string& path, bool create) { file_ = open_file(path, create); }
    /// \returns false when the system says so, and the file is closed all the same
    [[nodiscard]] bool close() noexcept { return file_ < 0 || close_file(std::exchange(file_, -1)); }

private:
    int file_;
};

}  // namespace ctnn::detail
