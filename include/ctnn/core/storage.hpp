// SPDX-License-Identifier: MIT
/// \file
/// One aligned block of heap memory.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>
#include <utility>

#include "ctnn/core/large_pages.hpp"
#include "ctnn/core/shape.hpp"

namespace ctnn {

/// A cache line, and the width of the widest vector: what every block of the library is aligned to.
inline constexpr std::size_t alignment = 64;

/// Rounds a number of elements up to whole cache lines of float; the same for double, so that no size depends on it.
[[nodiscard]] constexpr extent round_up(extent elements, extent to = 16) { return (elements + to - 1) / to * to; }

/// An owned array of trivial elements, aligned to a cache line, zero when made. Moves, never copies by itself.
template <class T>
class aligned_block {
public:
    aligned_block() = default;
    explicit aligned_block(extent count) : count_(count) {
        if (count == 0) return;
        data_ = static_cast<T*>(::operator new (bytes(), std::align_val_t{alignment}));
        detail::ask_for_large_pages(data_, bytes());
        std::memset(static_cast<void*>(data_), 0, bytes());
    }
    aligned_block(aligned_block&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), count_(std::exchange(other.count_, 0)) {}
    aligned_block& operator=(aligned_block&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(count_, other.count_);
        return *this;
    }
    ~aligned_block() {
        if (data_ != nullptr) ::operator delete (data_, std::align_val_t{alignment});
    }

    [[nodiscard]] aligned_block copy() const {
        aligned_block result(count_);
        if (count_ != 0) std::memcpy(static_cast<void*>(result.data_), data_, bytes());
        return result;
    }
    void fill_zero() noexcept {
        if (count_ != 0) std::memset(static_cast<void*>(data_), 0, bytes());
    }

    [[nodiscard]] T* data() noexcept { return data_; }
    [[nodiscard]] const T* data() const noexcept { return data_; }
    [[nodiscard]] extent size() const noexcept { return count_; }
    [[nodiscard]] T* begin() noexcept { return data_; }
    [[nodiscard]] T* end() noexcept { return data_ + count_; }
    [[nodiscard]] const T* begin() const noexcept { return data_; }
    [[nodiscard]] const T* end() const noexcept { return data_ + count_; }
    [[nodiscard]] T& operator[](extent i) noexcept { return data_[i]; }
    [[nodiscard]] const T& operator[](extent i) const noexcept { return data_[i]; }

private:
    [[nodiscard]] std::size_t bytes() const noexcept { return static_cast<std::size_t>(count_) * sizeof(T); }
    T* data_ = nullptr;
    extent count_ = 0;
};

}  // namespace ctnn
