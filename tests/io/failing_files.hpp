// SPDX-License-Identifier: MIT
/// \file
/// File calls that fail on request: every call of this program that opens, measures, reads, writes, flushes, closes or
/// renames a file, or lists a folder, is counted, and the n-th fails. For one source file of a program of its own,
/// because it replaces the C library's functions.
#pragma once

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdio>

namespace failing_files {

/// What happens at the chosen call.
enum class trouble : unsigned char {
    broken,       ///< EIO
    full,         ///< ENOSPC, of calls that write
    interrupted,  ///< EINTR, of calls that may be repeated
    short_of      ///< one byte is moved, of reads and writes
};

inline long count = 0;   ///< calls since start() that the trouble concerns
inline long chosen = 0;  ///< the one that has it; 0: none
inline trouble kind = trouble::broken;

inline void start(trouble what, long n) {
    kind = what;
    count = 0;
    chosen = n;
}
inline void stop() { chosen = 0; }

/// \returns whether this call has the trouble; errno is set
inline bool strikes(bool repeatable, bool writes, bool moves) {
    const bool concerned = kind == trouble::broken || (kind == trouble::full && writes) ||
                           (kind == trouble::interrupted && repeatable) || (kind == trouble::short_of && moves);
    if (!concerned || ++count != chosen) return false;
    errno = kind == trouble::broken ? EIO : kind == trouble::full ? ENOSPC : EINTR;
    return true;
}

inline long do_move(long call, int file, void* bytes, std::size_t size, bool writes) {
    if (!strikes(true, writes, size > 1)) return ::syscall(call, file, bytes, size);
    return kind == trouble::short_of ? ::syscall(call, file, bytes, 1L) : -1;
}

}  // namespace failing_files

extern "C" {
int open(const char* path, int flags, ...) {
    std::va_list rest;
    va_start(rest, flags);
    const int mode = (flags & O_CREAT) != 0 ? va_arg(rest, int) : 0;
    va_end(rest);
    if (failing_files::strikes(true, (flags & O_CREAT) != 0, false)) return -1;
    return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}
ssize_t read(int file, void* to, std::size_t size) { return failing_files::do_move(SYS_read, file, to, size, false); }
ssize_t write(int file, const void* from, std::size_t size) {
    return failing_files::do_move(SYS_write, file, const_cast<void*>(from), size, true);
}
int fsync(int file) {
    return failing_files::strikes(true, true, false) ? -1 : static_cast<int>(::syscall(SYS_fsync, file));
}
int close(int file) {
    // The descriptor is closed in any case, as on Linux; what was not written before comes to light here.
    const bool struck = failing_files::strikes(true, true, false);
    const int reason = errno, done = static_cast<int>(::syscall(SYS_close, file));
    if (struck) errno = reason;
    return struck ? -1 : done;
}
int rename(const char* from, const char* to) noexcept {
    if (failing_files::strikes(false, true, false)) return -1;
    return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}
int fchmod(int file, mode_t mode) noexcept {
    return failing_files::strikes(false, true, false) ? -1 : static_cast<int>(::syscall(SYS_fchmod, file, mode));
}
DIR* opendir(const char* path) {
    static const auto system = reinterpret_cast<DIR* (*)(const char*)>(::dlsym(RTLD_NEXT, "opendir"));
    return failing_files::strikes(true, false, false) ? nullptr : system(path);
}
dirent* readdir(DIR* folder) {
    static const auto system = reinterpret_cast<dirent* (*)(DIR*)>(::dlsym(RTLD_NEXT, "readdir"));
    return failing_files::strikes(false, false, false) ? nullptr : system(folder);
}
#if defined(SYS_fstat)
int fstat(int file, struct stat* about) noexcept {
    return failing_files::strikes(false, false, false) ? -1 : static_cast<int>(::syscall(SYS_fstat, file, about));
}
#endif
}
