// SPDX-License-Identifier: MIT
/// \file
/// Whole files: read with a budget, written so that a crash leaves the old file or the new one.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

#include "ctnn/core/error.hpp"
#include "ctnn/core/out_of_memory.hpp"
#include "ctnn/io/bytes.hpp"
#include "ctnn/io/path.hpp"
#include "ctnn/io/system_file.hpp"

namespace ctnn {

/// The most bytes that a reader takes from a file unless told otherwise: 256 MiB.
inline constexpr std::int64_t default_budget = std::int64_t{256} << 20;

namespace detail {

inline result<byte_vector> read_whole_file(const std::string& path, std::int64_t budget) {
    const auto refuse = [&](error_kind kind, const std::string& why) { return error(kind, path, why); };
    file_handle file(open_file(path, false));
    if (!file.is_open()) return refuse(error_kind::cannot_open, "cannot be opened: " + system_reason());
    struct stat about {};
    if (::fstat(file.get(), &about) != 0) return refuse(error_kind::cannot_open, "has no size: " + system_reason());
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
        const std::int64_t part = read_once(file.get(), bytes.data() + done, size - done);
        if (part < 0) return refuse(error_kind::cannot_open, "cannot be read: " + system_reason());
        if (part == 0)
            return refuse(error_kind::truncated, "shrank to " + std::to_string(done) + " bytes while being read");
        done += part;
    }
    unsigned char more = 0;
    const std::int64_t behind = read_once(file.get(), &more, 1);
    if (behind < 0) return refuse(error_kind::cannot_open, "cannot be read: " + system_reason());
    if (behind > 0) return refuse(error_kind::trailing_data, "grew while being read");
    if (!file.close()) return refuse(error_kind::cannot_open, "cannot be closed: " + system_reason());
    return bytes;
}

/// A file that is written beside the one it will replace, and is gone if it never does.
class replacement_file {
public:
    /// \param one_writer nobody else writes this file, so the new one always bears the same name, and one that a killed
    ///                   program left is overwritten
    explicit replacement_file(bool one_writer = false) : one_writer_(one_writer) {}
    replacement_file(const replacement_file&) = delete;
    replacement_file& operator=(const replacement_file&) = delete;
    ~replacement_file() {
        (void)file_.close();
        if (exists_) std::remove(temporary_.c_str());
    }

    /// Writes, flushes and closes the new file; the old one is untouched.
    [[nodiscard]] error write(const std::string& path, byte_view bytes) {
        path_ = path;
        if (!behind_links(path, target_)) return make_out_of_memory(path);
        folder_ = folder_of(target_);  // now: behind the renaming nothing may fail for want of memory
        struct stat about {};
        const bool replaces = ::stat(target_.c_str(), &about) == 0;
        if (replaces && (about.st_mode & S_IFMT) != S_IFREG)
            return {error_kind::cannot_write, path, "is a folder, a pipe or a device: not replaced by a file"};
        for (int attempt = 0; attempt < 100 && !exists_; ++attempt) {
            temporary_ = one_writer_ ? target_ + ".new" : temporary_name(target_, attempt);
            if (one_writer_) std::remove(temporary_.c_str());
            file_.open(temporary_, true);
            exists_ = file_.is_open();
            if (!exists_ && errno != EEXIST) break;
        }
        if (!exists_)
            return {error_kind::cannot_write, path, "cannot create " + temporary_ + " beside it: " + system_reason()};
        for (std::int64_t done = 0; done < bytes.size;) {
            const std::int64_t part = write_once(file_.get(), bytes.data + done, bytes.size - done);
            if (part < 0) return failed("cannot be written: " + system_reason());
            if (part == 0) return failed("cannot be written: the disk takes no more bytes");
            done += part;
        }
#if !defined(_WIN32)
        if (replaces && ::fchmod(file_.get(), about.st_mode & 07777) != 0)
            return failed("cannot keep its permissions: " + system_reason());
#endif
        if (!flush_to_disk(file_.get())) return failed("cannot be flushed: " + system_reason());
        if (!file_.close()) return failed("cannot be closed: " + system_reason());
        return {};
    }

    /// Reads the new file again and compares. \pre write() gave no error
    [[nodiscard]] error verify(byte_view bytes) const {
        const result<byte_vector> now = read_whole_file(temporary_, bytes.size);
        if (!now) return failed("cannot be read back: " + now.error().message());
        const bool equal = static_cast<extent>(now->size()) == bytes.size &&
                           (bytes.size == 0 || std::memcmp(now->data(), bytes.data, now->size()) == 0);
        return equal ? error{} : failed("is read back with other content than was written");
    }

    /// Puts the new file in the place of the old one. \pre write() gave no error
    [[nodiscard]] error replace() {
        if (!replace_file(temporary_, target_)) return failed("cannot be renamed: " + system_reason());
        exists_ = false;
        if (flush_folder(folder_)) return {};
        return {error_kind::cannot_write, path_, "is written, but its folder cannot be flushed: " + system_reason()};
    }

private:
    [[nodiscard]] error failed(const std::string& why) const {
        return {error_kind::cannot_write, path_, why + "; the file that was there is unchanged"};
    }

    std::string path_, target_, folder_, temporary_;
    file_handle file_;
    bool one_writer_, exists_ = false;
};

}  // namespace detail

/// Reads a whole file.
///
/// Refuses with cannot_open what does not exist, may not be read or is no regular file (a folder, a pipe, a device:
/// none is waited for), with too_large more than `budget` bytes (before any memory is taken), with truncated or
/// trailing_data a file that changes its size meanwhile, and with out_of_memory what memory has no room for.
[[nodiscard]] inline result<byte_vector> read_file(const std::string& path, std::int64_t budget = default_budget) {
    return detail::catch_out_of_memory(path, [&] { return detail::read_whole_file(path, budget); });
}

/// Writes a whole file, crash-safe: a temporary file in the same folder is written, flushed to the disk, closed and
/// renamed over the old one, then the folder is flushed. After any failure (cannot_write, or out_of_memory) the old
/// file is as it was and the temporary file is gone; an existing file's permissions are kept; a symbolic link stays
/// and its target is replaced. Where only the folder could not be flushed, the message says that the file is written.
[[nodiscard]] inline error write_file(const std::string& path, byte_view bytes) {
    return detail::catch_out_of_memory(path, [&]() -> error {
        detail::replacement_file file;
        if (error failed = file.write(path, bytes)) return failed;
        return file.replace();
    });
}

/// As write_file(), but the new file is read back and compared before it takes the place of the old one, so the old one
/// is lost only when the new one is known to be whole. A program that is killed leaves at most one file, `path`.new,
/// beside it, and the next call overwrites that. \pre no one else writes this path meanwhile
[[nodiscard]] inline error write_verified_file(const std::string& path, byte_view bytes) {
    return detail::catch_out_of_memory(path, [&]() -> error {
        detail::replacement_file file(true);
        if (error failed = file.write(path, bytes)) return failed;
        if (error failed = file.verify(bytes)) return failed;
        return file.replace();
    });
}

}  // namespace ctnn
