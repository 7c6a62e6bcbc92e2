// SPDX-License-Identifier: MIT
/// \file
/// Bytes of a file, read with bounds checks: what every reader of the library is built on.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "ctnn/core/shape.hpp"

namespace ctnn {

/// The content of a file.
using byte_vector = std::vector<unsigned char>;

/// Bytes that somebody else owns.
struct byte_view {
    const unsigned char* data = nullptr;
    extent size = 0;

    byte_view() = default;
    byte_view(const unsigned char* first, extent count) : data(first), size(count) {}
    byte_view(const byte_vector& owner) : data(owner.data()), size(static_cast<extent>(owner.size())) {}

    /// \pre 0 <= i < size
    [[nodiscard]] unsigned char operator[](extent i) const { return data[i]; }
    /// Does the text stand at this place, wholly inside?
    [[nodiscard]] bool has(extent at, const char* text, extent length) const {
        return at >= 0 && length >= 0 && at <= size && length <= size - at &&
               (length == 0 || std::memcmp(data + at, text, static_cast<std::size_t>(length)) == 0);
    }
};

/// a * b. \returns false, and leaves the product alone, when a factor is negative or the product does not fit.
[[nodiscard]] constexpr bool checked_multiply(std::int64_t a, std::int64_t b, std::int64_t& product) {
    if (a < 0 || b < 0) return false;
    if (b != 0 && a > std::numeric_limits<std::int64_t>::max() / b) return false;
    product = a * b;
    return true;
}

/// a + b. \returns false, and leaves the sum alone, when a part is negative or the sum does not fit.
[[nodiscard]] constexpr bool checked_add(std::int64_t a, std::int64_t b, std::int64_t& sum) {
    if (a < 0 || b < 0 || a > std::numeric_limits<std::int64_t>::max() - b) return false;
    sum = a + b;
    return true;
}

/// The product of extents times the size of an element. \returns false when an extent is negative or the product does
/// not fit; each partial product is checked with zeros taken last, so that (0, 2^62, 2^62) is refused as well.
[[nodiscard]] inline bool checked_bytes(const std::vector<extent>& shape, std::int64_t element, std::int64_t& bytes) {
    std::int64_t product = element;
    bool empty = false;
    for (const extent axis : shape) {
        if (axis == 0)
            empty = true;
        else if (!checked_multiply(product, axis, product))
            return false;
    }
    bytes = empty ? 0 : product;
    return true;
}

/// An unsigned integer from bytes that lie in little-endian order, on every machine.
/// \pre at points to sizeof(T) bytes
template <class T>
[[nodiscard]] T load_little(const unsigned char* at) {
    static_assert(std::is_unsigned_v<T>);
    T value = 0;
    for (std::size_t i = sizeof(T); i-- > 0;)
        value = static_cast<T>(static_cast<T>(value << (sizeof(T) > 1 ? 8 : 0)) | at[i]);
    return value;
}

/// The same from big-endian order.
template <class T>
[[nodiscard]] T load_big(const unsigned char* at) {
    static_assert(std::is_unsigned_v<T>);
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        value = static_cast<T>(static_cast<T>(value << (sizeof(T) > 1 ? 8 : 0)) | at[i]);
    return value;
}

/// Appends an unsigned integer in little-endian order.
template <class T>
void append_little(byte_vector& to, T value) {
    static_assert(std::is_unsigned_v<T>);
    const std::uint64_t wide = value;
    for (std::size_t i = 0; i < sizeof(T); ++i) to.push_back(static_cast<unsigned char>((wide >> (8 * i)) & 0xffU));
}

/// Appends bytes that are not those of `to`.
inline void append(byte_vector& to, byte_view from) {
    if (from.size == 0) return;
    const std::size_t at = to.size();
    to.resize(at + static_cast<std::size_t>(from.size));
    std::memcpy(to.data() + at, from.data, static_cast<std::size_t>(from.size));
}

/// Appends text without its end.
inline void append_text(byte_vector& to, const std::string& text) {
    append(to, {reinterpret_cast<const unsigned char*>(text.data()), static_cast<extent>(text.size())});
}

/// A place in bytes that moves forward and never leaves them.
class byte_reader {
public:
    explicit byte_reader(byte_view bytes, extent at = 0)
        : bytes_(bytes), at_(at < 0 || at > bytes.size ? bytes.size : at) {}

    [[nodiscard]] extent position() const noexcept { return at_; }
    [[nodiscard]] extent left() const noexcept { return bytes_.size - at_; }
    [[nodiscard]] const unsigned char* here() const noexcept { return bytes_.data + at_; }

    /// Reads an unsigned integer. \returns false, and stays where it is, when too few bytes are left.
    template <class T>
    [[nodiscard]] bool little(T& value) {
        if (left() < static_cast<extent>(sizeof(T))) return false;
        value = load_little<T>(here());
        at_ += static_cast<extent>(sizeof(T));
        return true;
    }
    template <class T>
    [[nodiscard]] bool big(T& value) {
        if (left() < static_cast<extent>(sizeof(T))) return false;
        value = load_big<T>(here());
        at_ += static_cast<extent>(sizeof(T));
        return true;
    }
    /// Goes forward. \returns false, and stays where it is, when count is negative or too few bytes are left.
    [[nodiscard]] bool skip(std::int64_t count) {
        if (count < 0 || count > left()) return false;
        at_ += static_cast<extent>(count);
        return true;
    }

private:
    byte_view bytes_;
    extent at_ = 0;
};

}  // namespace ctnn
