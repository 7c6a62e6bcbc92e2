// SPDX-License-Identifier: MIT
/// \file
/// What can fail says how: an error value, and a result that holds a value or an error. No exception is needed.
#pragma once

#include <cstdint>
#include <new>
#include <string>
#include <utility>

namespace ctnn {

/// The kind of a failure. The text of an error says the rest: which file, at which byte, what was found and expected.
enum class error_kind : std::uint8_t {
    none,
    cannot_open,            ///< the file does not exist, is no regular file, or may not be read or written
    cannot_write,           ///< a write, flush or rename failed; the file that was there before is unchanged
    truncated,              ///< the file ends before what its header promises
    trailing_data,          ///< bytes after the end of what the header promises
    wrong_format,           ///< not the format that the reader reads
    unsupported,            ///< the format, but a variant that is refused by name
    corrupt,                ///< a checksum, marker or field contradicts the rest of the file
    too_large,              ///< beyond the budget that the caller gave
    shape_mismatch,         ///< the file's shapes are not the network's
    architecture_mismatch,  ///< a model file of another network
    not_finite,             ///< NaN or infinity where numbers are needed
    self_test_failed,       ///< the stored input does not give the stored scores
    invalid_argument,       ///< what the caller passed makes no sense
    out_of_memory
};

/// A failure, or none: converts to true when something failed. To ignore one is a decision to be written down.
///
/// It is a number and a pointer, because errors pass through every function that can fail: what a failure says is made
/// out of line, where it is rare.
class [[nodiscard]] error {
public:
    error() = default;
    /// Without a text of its own; needs no memory.
    explicit error(error_kind kind) noexcept : kind_(kind) {}
    [[gnu::cold, gnu::noinline]] error(error_kind kind, const char* message) : error(kind, std::string(message)) {}
    [[gnu::cold, gnu::noinline]] error(error_kind kind, std::string message)
        : kind_(kind), says_(new words{std::move(message), {}, {}, {}}) {}
    [[gnu::cold, gnu::noinline]] error(error_kind kind, std::string file, std::string message)
        : kind_(kind), says_(new words{in_file(file) + message, std::move(file), {}, {}}) {}
    /// With the byte at which the reader stopped, and what it found and expected there.
    [[gnu::cold, gnu::noinline]] error(error_kind kind, std::string file, std::int64_t offset, std::string found,
                                       std::string expected)
        : kind_(kind),
          says_(new words{in_file(file) + (offset < 0 ? "" : "at byte " + std::to_string(offset) + ": ") + "found " +
                              found + ", expected " + expected,
                          std::move(file), std::move(found), std::move(expected), offset}) {}
    error(const error& other) : kind_(other.kind_), says_(other.says_ == nullptr ? nullptr : new words(*other.says_)) {}
    error(error&& other) noexcept : kind_(other.kind_), says_(std::exchange(other.says_, nullptr)) {}
    error& operator=(error other) noexcept {
        kind_ = other.kind_;
        std::swap(says_, other.says_);
        return *this;
    }
    ~error() {
        if (says_ != nullptr) release(says_);
    }

    [[nodiscard]] explicit operator bool() const noexcept { return kind_ != error_kind::none; }
    [[nodiscard]] error_kind kind() const noexcept { return kind_; }
    [[nodiscard]] const char* what() const noexcept { return message().c_str(); }
    [[nodiscard]] const std::string& message() const noexcept {
        static const std::string none, memory = "out of memory";
        return says_ != nullptr ? says_->message : kind_ == error_kind::out_of_memory ? memory : none;
    }
    [[nodiscard]] const std::string& file() const noexcept { return part(&words::file); }
    /// The byte at which the reader stopped, or -1.
    [[nodiscard]] std::int64_t offset() const noexcept { return says_ != nullptr ? says_->offset : -1; }
    [[nodiscard]] const std::string& found() const noexcept { return part(&words::found); }
    [[nodiscard]] const std::string& expected() const noexcept { return part(&words::expected); }

private:
    struct words {
        std::string message, file, found, expected;
        std::int64_t offset = -1;
    };
    static std::string in_file(const std::string& file) { return file.empty() ? std::string{} : file + ": "; }
    [[gnu::cold, gnu::noinline]] static void release(words* all) noexcept { delete all; }
    [[nodiscard]] const std::string& part(std::string words::*which) const noexcept {
        static const std::string none;
        return says_ != nullptr ? says_->*which : none;
    }

    error_kind kind_ = error_kind::none;
    words* says_ = nullptr;  // owned
};

/// A value or the error that prevented it: converts to true when there is a value.
template <class T>
class [[nodiscard]] result {
public:
    result(T value) : has_value_(true) { ::new (static_cast<void*>(&value_)) T(std::move(value)); }
    result(ctnn::error failure) : failure_(std::move(failure)) {}
    result(result&& other) noexcept : has_value_(other.has_value_), failure_(std::move(other.failure_)) {
        if (has_value_) ::new (static_cast<void*>(&value_)) T(std::move(other.value_));
    }
    result(const result&) = delete;
    result& operator=(const result&) = delete;
    result& operator=(result&&) = delete;
    ~result() {
        if (has_value_) value_.~T();
    }

    [[nodiscard]] explicit operator bool() const noexcept { return has_value_; }
    [[nodiscard]] bool has_value() const noexcept { return has_value_; }
    /// \pre has_value()
    [[nodiscard]] T& operator*() & noexcept { return value_; }
    [[nodiscard]] const T& operator*() const& noexcept { return value_; }
    [[nodiscard]] T&& operator*() && noexcept { return std::move(value_); }
    [[nodiscard]] T* operator->() noexcept { return &value_; }
    [[nodiscard]] const T* operator->() const noexcept { return &value_; }
    /// What failed; an error that converts to false when there is a value.
    [[nodiscard]] const ctnn::error& error() const noexcept { return failure_; }

private:
    union {
        T value_;
    };
    bool has_value_ = false;
    ctnn::error failure_;
};

}  // namespace ctnn
