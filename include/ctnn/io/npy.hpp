// SPDX-License-Identifier: MIT
/// \file
/// NumPy's array files. https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/io/bytes.hpp"
#include "ctnn/io/file.hpp"

namespace ctnn {

/// The plain number types of NumPy's files.
enum class element_type : unsigned char { boolean, u1, i1, u2, i2, u4, i4, u8, i8, f4, f8 };

/// Bytes of one element.
[[nodiscard]] constexpr extent element_size(element_type type) {
    constexpr extent sizes[] = {1, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8};
    return sizes[static_cast<int>(type)];
}

/// Its name in NumPy: "u1", "f4".
[[nodiscard]] constexpr const char* element_name(element_type type) {
    constexpr const char* names[] = {"b1", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"};
    return names[static_cast<int>(type)];
}

/// An array of numbers: its shape, and its elements in C order (last axis contiguous) and this machine's byte order.
struct array {
    std::vector<extent> shape;
    element_type type = element_type::f4;
    byte_vector bytes;

    /// Number of elements; 1 for a scalar, whose shape is empty.
    [[nodiscard]] extent size() const { return static_cast<extent>(bytes.size()) / element_size(type); }

    /// Every element converted by static_cast; booleans are 0 and 1. A number that T cannot hold is the caller's
    /// mistake for integers from integers (it wraps) and gives the nearest bound, or 0 for NaN, for integers from
    /// floats.
    template <class T>
    [[nodiscard]] std::vector<T> as() const;
};

namespace detail {

template <class From, class To>
[[nodiscard]] To convert_element(From value) {
    if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
        if (!(value == value)) return To{0};
        // Bounds as powers of two, which are exact: the largest To itself may round up to one that does not fit.
        const From above = static_cast<From>(std::numeric_limits<To>::max() / 2 + 1) * From{2};
        if (value >= above) return std::numeric_limits<To>::max();
        if (value <= static_cast<From>(std::numeric_limits<To>::min())) return std::numeric_limits<To>::min();
    }
    return static_cast<To>(value);
}

template <class From, class To>
void convert_elements(const byte_vector& bytes, std::vector<To>& to) {
    for (std::size_t i = 0; i < to.size(); ++i) {
        From value;
        std::memcpy(&value, bytes.data() + i * sizeof(From), sizeof(From));
        to[i] = convert_element<From, To>(value);
    }
}

/// Calls visit(From{}) with the C++ type of an element type.
template <class Visit>
void with_element(element_type type, const Visit& visit) {
    switch (type) {
        case element_type::boolean:
        case element_type::u1:
            return visit(std::uint8_t{});
        case element_type::i1:
            return visit(std::int8_t{});
        case element_type::u2:
            return visit(std::uint16_t{});
        case element_type::i2:
            return visit(std::int16_t{});
        case element_type::u4:
            return visit(std::uint32_t{});
        case element_type::i4:
            return visit(std::int32_t{});
        case element_type::u8:
            return visit(std::uint64_t{});
        case element_type::i8:
            return visit(std::int64_t{});
        case element_type::f4:
            return visit(float{});
        case element_type::f8:
            return visit(double{});
    }
}

}  // namespace detail

template <class T>
std::vector<T> array::as() const {
    std::vector<T> values(static_cast<std::size_t>(size()));
    detail::with_element(type, [&](auto from) { detail::convert_elements<decltype(from)>(bytes, values); });
    return values;
}

/// Makes an array of numbers. \pre the product of the shape is the number of values
template <class T>
[[nodiscard]] array make_array(std::vector<extent> shape, const std::vector<T>& values) {
    array made;
    constexpr std::size_t size = sizeof(T);
    if constexpr (std::is_floating_point_v<T>)
        made.type = size == 4 ? element_type::f4 : element_type::f8;
    else if constexpr (size == 1)
        made.type = std::is_signed_v<T> ? element_type::i1 : element_type::u1;
    else if constexpr (size == 2)
        made.type = std::is_signed_v<T> ? element_type::i2 : element_type::u2;
    else if constexpr (size == 4)
        made.type = std::is_signed_v<T> ? element_type::i4 : element_type::u4;
    else
        made.type = std::is_signed_v<T> ? element_type::i8 : element_type::u8;
    made.shape = std::move(shape);
    made.bytes.resize(values.size() * size);
    if (!values.empty()) std::memcpy(made.bytes.data(), values.data(), made.bytes.size());
    return made;
}

namespace detail {

/// What the text of an .npy header says.
struct npy_header {
    std::string type;
    bool fortran = false;
    std::vector<extent> shape;
};

/// Reads the header's Python dictionary: the keys 'descr', 'fortran_order' and 'shape', each once, nothing else.
class npy_header_parser {
public:
    npy_header_parser(const char* text, extent size) : text_(text), size_(size) {}

    /// \returns null, or what is wrong at position().
    [[nodiscard]] const char* parse(npy_header& header) {
        bool has_type = false, has_order = false, has_shape = false;
        if (!take('{')) return "a dictionary";
        while (!take('}')) {
            std::string key;
            if (!string(key) || !take(':')) return "a key in quotes and a colon";
            if (key == "descr" && !has_type) {
                has_type = true;
                if (!string(header.type)) return "a plain number type in quotes (records are not read)";
            } else if (key == "fortran_order" && !has_order) {
                has_order = true;
                if (!boolean(header.fortran)) return "True or False";
            } else if (key == "shape" && !has_shape) {
                has_shape = true;
                if (!tuple(header.shape)) return "a tuple of sizes";
            } else {
                return "the keys descr, fortran_order and shape, once each";
            }
            if (!take(',') && !(skip_space(), at_ < size_ && text_[at_] == '}'))
                return "a comma or the end of the dictionary";
        }
        skip_space();
        if (at_ != size_) return "nothing behind the dictionary";
        return has_type && has_order && has_shape ? nullptr : "the keys descr, fortran_order and shape";
    }
    [[nodiscard]] extent position() const { return at_; }

private:
    void skip_space() {
        while (at_ < size_ && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
            ++at_;
    }
    bool take(char c) {
        skip_space();
        if (at_ >= size_ || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    bool string(std::string& value) {
        skip_space();
        if (at_ >= size_ || (text_[at_] != '\'' && text_[at_] != '"')) return false;
        const char quote = text_[at_++];
        const extent begin = at_;
        while (at_ < size_ && text_[at_] != quote && text_[at_] != '\\' && text_[at_] != '\n') ++at_;
        if (at_ >= size_ || text_[at_] != quote) return false;
        value.assign(text_ + begin, static_cast<std::size_t>(at_++ - begin));
        return true;
    }
    bool word(const char* expected) {
        const extent length = static_cast<extent>(std::strlen(expected));
        skip_space();
        if (size_ - at_ < length || std::memcmp(text_ + at_, expected, static_cast<std::size_t>(length)) != 0)
            return false;
        at_ += length;
        return true;
    }
    bool boolean(bool& value) {
        value = word("True");
        return value || word("False");
    }
    bool tuple(std::vector<extent>& shape) {
        if (!take('(')) return false;
        while (!take(')')) {
            skip_space();
            std::int64_t number = 0;
            const extent begin = at_;
            while (at_ < size_ && text_[at_] >= '0' && text_[at_] <= '9') {
                if (!checked_multiply(number, 10, number) || !checked_add(number, text_[at_] - '0', number))
                    return false;
                ++at_;
            }
            if (at_ == begin || shape.size() == 32) return false;  // NumPy itself stops at 32 axes
            if (at_ < size_ && text_[at_] == 'L') ++at_;           // Python 2 wrote 3L
            shape.push_back(static_cast<extent>(number));
            if (!take(',') && !(skip_space(), at_ < size_ && text_[at_] == ')')) return false;
        }
        return true;
    }

    const char* text_;
    extent size_;
    extent at_ = 0;
};

/// "<f4" to its element type; \returns false for what is no plain number. `swapped`: not this machine's byte order.
inline bool plain_type(const std::string& text, element_type& type, bool& swapped) {
    if (text.size() != 3) return false;
    const char order = text[0];
    if (order != '<' && order != '>' && order != '|' && order != '=') return false;
    for (int t = 0; t <= static_cast<int>(element_type::f8); ++t) {
        type = static_cast<element_type>(t);
        if (text.compare(1, 2, element_name(type)) != 0) continue;
        swapped = element_size(type) > 1 && (std::endian::native == std::endian::little ? order == '>' : order == '<');
        return order != '|' || element_size(type) == 1;
    }
    return false;
}

/// Turns column-major elements into row-major ones: walks the result in order and keeps the place of the source.
inline byte_vector from_fortran(const byte_vector& bytes, const std::vector<extent>& shape, extent size) {
    byte_vector turned(bytes.size());
    std::vector<extent> step(shape.size(), size), at(shape.size(), 0);
    for (std::size_t axis = 1; axis < shape.size(); ++axis) step[axis] = step[axis - 1] * shape[axis - 1];
    extent from = 0;
    for (extent to = 0; to < static_cast<extent>(bytes.size()); to += size) {
        std::memcpy(turned.data() + to, bytes.data() + from, static_cast<std::size_t>(size));
        for (std::size_t axis = shape.size(); axis-- > 0;) {
            from += step[axis];
            if (++at[axis] < shape[axis]) break;
            from -= step[axis] * shape[axis];
            at[axis] = 0;
        }
    }
    return turned;
}

}  // namespace detail

/// Reads an array from the content of an .npy file; `file` is its name in errors.
///
/// Format versions 1 to 3, plain numbers (b1, u1 to u8, i1 to i8, f4, f8) in both byte orders, C and Fortran order
/// (turned into C order). Refuses objects, text, complex numbers and records as unsupported, a header above 64 KiB as
/// too_large, and data of any other length than the shape says as truncated or trailing_data, before any memory is
/// taken.
[[nodiscard]] inline result<array> parse_npy(byte_view b, const std::string& file = {}) {
    return detail::catch_out_of_memory(file, [&]() -> result<array> {
        if (!b.has(0, "\x93NUMPY", b.size < 6 ? b.size : 6) || b.size == 0)
            return error(b.size == 0 ? error_kind::truncated : error_kind::wrong_format, file, 0,
                         b.size == 0 ? "an empty file" : "another signature", "a NumPy array");
        if (b.size < 10) return error(error_kind::truncated, file, b.size, "the end of the file", "a NumPy header");
        if (b[6] < 1 || b[6] > 3 || b[7] != 0)
            return error(error_kind::unsupported, file, 6,
                         "version " + std::to_string(b[6]) + "." + std::to_string(b[7]), "1.0, 2.0 or 3.0");
        byte_reader reader(b, 8);
        std::uint16_t short_size = 0;
        std::uint32_t size = 0;
        if (b[6] == 1) {
            if (reader.little(short_size)) size = short_size;
        } else if (!reader.little(size)) {
            return error(error_kind::truncated, file, b.size, "the end of the file", "the size of the header");
        }
        if (size > 65536)
            return error(error_kind::too_large, file, 8, "a header of " + std::to_string(size) + " bytes",
                         "at most 65536");
        const extent begin = reader.position();
        if (!reader.skip(size))
            return error(error_kind::truncated, file, b.size, "the end of the file",
                         "a header of " + std::to_string(size) + " bytes");
        detail::npy_header header;
        detail::npy_header_parser parser(reinterpret_cast<const char*>(b.data + begin), static_cast<extent>(size));
        if (const char* expected = parser.parse(header)) {
            return error(error_kind::corrupt, file, begin + parser.position(), "another text", expected);
        }
        array out;
        bool swapped = false;
        if (!detail::plain_type(header.type, out.type, swapped))
            return error(error_kind::unsupported, file, begin, "elements of type " + header.type,
                         "plain numbers: b1, u1 to u8, i1 to i8, f4, f8");
        const extent element = element_size(out.type);
        std::int64_t bytes = 0;
        if (!checked_bytes(header.shape, element, bytes))
            return error(error_kind::corrupt, file, begin, "a shape of more than 2^63 bytes",
                         "data of the file's size");
        if (bytes != reader.left()) {
            return error(bytes > reader.left() ? error_kind::truncated : error_kind::trailing_data, file,
                         reader.position(), std::to_string(reader.left()) + " bytes of data", std::to_string(bytes));
        }
        out.shape = std::move(header.shape);
        out.bytes.assign(reader.here(), reader.here() + bytes);
        if (swapped)
            for (extent at = 0; at < bytes; at += element)
                for (extent i = 0; i < element / 2; ++i)
                    std::swap(out.bytes[static_cast<std::size_t>(at + i)],
                              out.bytes[static_cast<std::size_t>(at + element - 1 - i)]);
        if (header.fortran && out.shape.size() > 1) out.bytes = detail::from_fortran(out.bytes, out.shape, element);
        if (out.type == element_type::boolean)
            for (unsigned char& value : out.bytes) value = value != 0;
        return out;
    });
}

/// Reads an .npy file of at most `budget` bytes; see parse_npy().
[[nodiscard]] inline result<array> read_npy(const std::string& path, std::int64_t budget = default_budget) {
    return detail::catch_out_of_memory(path, [&]() -> result<array> {
        const result<byte_vector> bytes = read_file(path, budget);
        if (!bytes) return bytes.error();
        return parse_npy(*bytes, path);
    });
}

/// The content of an .npy file: version 1.0, C order, this machine's byte order, data at a
/// multiple of 64 bytes as NumPy places it. \pre the product of the shape is the number of elements
[[nodiscard]] inline byte_vector format_npy(const array& from) {
    const char order = element_size(from.type) == 1 ? '|' : std::endian::native == std::endian::little ? '<' : '>';
    std::string header =
        std::string("{'descr': '") + order + element_name(from.type) + "', 'fortran_order': False, 'shape': (";
    for (std::size_t i = 0; i < from.shape.size(); ++i)
        header += std::to_string(from.shape[i]) + (i + 1 < from.shape.size() ? ", " : i == 0 ? "," : "");
    header += "), }";
    while ((10 + header.size() + 1) % 64 != 0) header += ' ';
    header += '\n';
    byte_vector out;
    append_text(out, std::string("\x93NUMPY\x01", 7));
    out.push_back(0);
    append_little(out, static_cast<std::uint16_t>(header.size()));
    append_text(out, header);
    append(out, from.bytes);
    return out;
}

/// Writes an .npy file, crash-safe; see format_npy() and write_file().
[[nodiscard]] inline error write_npy(const std::string& path, const array& from) {
    return detail::catch_out_of_memory(path, [&]() -> error { return write_file(path, format_npy(from)); });
}

}  // namespace ctnn
