// SPDX-License-Identifier: MIT
/// \file
/// Numbers with a static shape: owned, or seen in somebody else's memory.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include "ctnn/core/storage.hpp"

namespace ctnn {

template <static_shape Shape, class T = float>
class tensor;

/// Numbers of a static shape in contiguous memory that somebody else owns. T may be const.
template <static_shape Shape, class T>
class tensor_view {
public:
    using shape = Shape;
    static constexpr dims extents = dims_of<Shape>;
    static constexpr std::size_t length = static_cast<std::size_t>(Shape::size);

    /// \pre `data` points at Shape::size numbers
    constexpr explicit tensor_view(T* data) noexcept : data_(data) {}
    /// An array of exactly the right length; another length does not compile.
    constexpr tensor_view(std::array<std::remove_const_t<T>, static_cast<std::size_t>(Shape::size)>& a) noexcept
        : data_(a.data()) {}
    constexpr tensor_view(const std::array<std::remove_const_t<T>, static_cast<std::size_t>(Shape::size)>& a) noexcept
        requires std::is_const_v<T> : data_(a.data()) {}
    // What does not fit is told in one line instead of a list of all constructors.
    template <class U, std::size_t Length>
    tensor_view(const std::array<U, Length>&) requires(Length != length) = delete;  // as many numbers as the shape has
    template <class U, class Other>
    tensor_view(const tensor<Other, U>&) requires(!std::is_same_v<Other, Shape>) = delete;  // the same shape
    template <class U, class Other>
    tensor_view(tensor_view<Other, U>) requires(!std::is_same_v<Other, Shape>) = delete;  // the same shape
    constexpr operator tensor_view<Shape, const T>() const noexcept requires(!std::is_const_v<T>) {
        return tensor_view<Shape, const T>(data_);
    }

    [[nodiscard]] static constexpr extent size() noexcept { return Shape::size; }
    [[nodiscard]] constexpr T* data() const noexcept { return data_; }
    [[nodiscard]] constexpr T* begin() const noexcept { return data_; }
    [[nodiscard]] constexpr T* end() const noexcept { return data_ + Shape::size; }
    [[nodiscard]] constexpr T& operator[](extent i) const noexcept { return data_[i]; }
    /// The element at an index for each extent of the shape: view(row, column, channel).
    template <class... Indices>
    requires(sizeof...(Indices) == static_cast<std::size_t>(Shape::rank)) [[nodiscard]] constexpr T& operator()(
        Indices... indices) const noexcept {
        extent at = 0, axis = 4 - Shape::rank;
        ((at = at * extents.axis[axis++] + static_cast<extent>(indices)), ...);
        return data_[at];
    }

private:
    T* data_;
};

/// Numbers of a static shape on the heap, aligned to a cache line, zero when made.
template <static_shape Shape, class T>
class tensor {
public:
    using shape = Shape;
    tensor() : block_(Shape::size) {}

    [[nodiscard]] static constexpr extent size() noexcept { return Shape::size; }
    [[nodiscard]] T* data() noexcept { return block_.data(); }
    [[nodiscard]] const T* data() const noexcept { return block_.data(); }
    [[nodiscard]] T* begin() noexcept { return block_.begin(); }
    [[nodiscard]] T* end() noexcept { return block_.end(); }
    [[nodiscard]] const T* begin() const noexcept { return block_.begin(); }
    [[nodiscard]] const T* end() const noexcept { return block_.end(); }
    [[nodiscard]] T& operator[](extent i) noexcept { return block_[i]; }
    [[nodiscard]] const T& operator[](extent i) const noexcept { return block_[i]; }
    template <class... Indices>
    [[nodiscard]] T& operator()(Indices... indices) noexcept {
        return tensor_view<Shape, T>(*this)(indices...);
    }
    template <class... Indices>
    [[nodiscard]] const T& operator()(Indices... indices) const noexcept {
        return tensor_view<Shape, const T>(*this)(indices...);
    }
    operator tensor_view<Shape, T>() noexcept { return tensor_view<Shape, T>(block_.data()); }
    operator tensor_view<Shape, const T>() const noexcept { return tensor_view<Shape, const T>(block_.data()); }

private:
    aligned_block<T> block_;
};

}  // namespace ctnn
