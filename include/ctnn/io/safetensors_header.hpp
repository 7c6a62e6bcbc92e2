// SPDX-License-Identifier: MIT
/// \file
/// The JSON header of a safetensors file: its text, read without recursion and written in one canonical form.
/// https://github.com/huggingface/safetensors#format
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/io/bytes.hpp"
#include "ctnn/io/json.hpp"

namespace ctnn {

/// The number types of safetensors.
enum class tensor_type : unsigned char {
    boolean,
    u8,
    i8,
    f8_e5m2,
    f8_e4m3,
    i16,
    u16,
    f16,
    bf16,
    i32,
    u32,
    f32,
    f64,
    i64,
    u64
};

/// Its name in the file: "F32".
[[nodiscard]] constexpr const char* tensor_type_name(tensor_type type) {
    constexpr const char* names[] = {"BOOL", "U8",  "I8",  "F8_E5M2", "F8_E4M3", "I16", "U16", "F16",
                                     "BF16", "I32", "U32", "F32",     "F64",     "I64", "U64"};
    return names[static_cast<int>(type)];
}

/// Bytes of one element.
[[nodiscard]] constexpr extent tensor_type_size(tensor_type type) {
    return type <= tensor_type::f8_e4m3 ? 1 : type <= tensor_type::bf16 ? 2 : type <= tensor_type::f32 ? 4 : 8;
}

/// One tensor as the header describes it; begin and end are bytes from the start of the data.
struct tensor_entry {
    std::string name;
    tensor_type type = tensor_type::f32;
    std::vector<extent> shape;
    std::int64_t begin = 0, end = 0;
};

/// Free text of the header, in the order of the file.
using tensor_metadata = std::vector<std::pair<std::string, std::string>>;

namespace detail {

/// Reads the header. Its grammar has a fixed depth (an object of objects of texts and lists of numbers), so one
/// function a level suffices and no nesting in a file can exhaust the stack.
class safetensors_parser : private json_cursor {
public:
    using json_cursor::json_cursor;
    using json_cursor::position;

    /// \returns null, or what is expected at position().
    [[nodiscard]] const char* parse(std::vector<tensor_entry>& entries, tensor_metadata& metadata) {
        if (text_.size == 0 || text_[0] != '{') return "an opening brace";
        bool has_metadata = false;
        const char* wrong = object([&](std::string key) -> const char* {
            if (key != "__metadata__") {
                entries.emplace_back();
                entries.back().name = std::move(key);
                return entry(entries.back());
            }
            if (std::exchange(has_metadata, true)) return "__metadata__ once";
            return object([&](std::string name) -> const char* {
                std::string value;
                if (!string(value)) return "a text";
                metadata.emplace_back(std::move(name), std::move(value));
                return nullptr;
            });
        });
        if (wrong != nullptr) return wrong;
        skip_space();
        return at_ == text_.size ? nullptr : "nothing but spaces behind the object";
    }

private:
    const char* entry(tensor_entry& to) {
        bool has_type = false, has_shape = false, has_offsets = false;
        const char* wrong = object([&](const std::string& key) -> const char* {
            if (key == "dtype" && !std::exchange(has_type, true)) return type(to.type);
            if (key == "shape" && !std::exchange(has_shape, true)) {
                std::vector<std::int64_t> numbers;
                // No tensor has more axes; a header of a megabyte could list half a million.
                if (!list(numbers, 64)) return "a list of at most 64 sizes";
                to.shape.assign(numbers.begin(), numbers.end());
                return nullptr;
            }
            if (key == "data_offsets" && !std::exchange(has_offsets, true)) {
                std::vector<std::int64_t> numbers;
                if (!list(numbers, 2) || numbers.size() != 2) return "a list of two offsets";
                to.begin = numbers[0];
                to.end = numbers[1];
                return nullptr;
            }
            return "dtype, shape and data_offsets, once each";
        });
        if (wrong != nullptr) return wrong;
        return has_type && has_shape && has_offsets ? nullptr : "dtype, shape and data_offsets";
    }

    const char* type(tensor_type& to) {
        std::string name;
        if (!string(name)) return "a type in quotes";
        for (int t = 0; t <= static_cast<int>(tensor_type::u64); ++t) {
            to = static_cast<tensor_type>(t);
            if (name == tensor_type_name(to)) return nullptr;
        }
        return "a type that safetensors knows (F32, F64, I64 ...)";
    }

    bool list(std::vector<std::int64_t>& numbers, std::size_t most) {
        if (!take('[')) return false;
        if (take(']')) return true;
        do {
            std::int64_t value = 0;
            skip_space();
            const extent begin = at_;
            while (at_ < text_.size && text_[at_] >= '0' && text_[at_] <= '9') {
                if (!checked_multiply(value, 10, value) || !checked_add(value, text_[at_] - '0', value)) return false;
                ++at_;
            }
            if (at_ == begin || (text_[begin] == '0' && at_ - begin > 1) || numbers.size() == most) return false;
            numbers.push_back(value);
        } while (take(','));
        return take(']');
    }
};

/// The header in canonical form: metadata first, then the tensors in the order given, no white space, filled up with
/// spaces to a multiple of 8 bytes so that the data, behind 8 bytes of length, is aligned.
inline std::string format_safetensors_header(const std::vector<tensor_entry>& entries,
                                             const tensor_metadata& metadata) {
    std::string text = "{";
    if (!metadata.empty()) {
        text += "\"__metadata__\":{";
        for (const auto& [key, value] : metadata) {
            if (&key != &metadata.front().first) text += ',';
            append_json(text, key);
            text += ':';
            append_json(text, value);
        }
        text += '}';
    }
    for (const tensor_entry& one : entries) {
        if (text.size() > 1) text += ',';
        append_json(text, one.name);
        text += std::string(":{\"dtype\":\"") + tensor_type_name(one.type) + "\",\"shape\":[";
        for (std::size_t i = 0; i < one.shape.size(); ++i) {
            if (i > 0) text += ',';
            text += std::to_string(one.shape[i]);
        }
        text += "],\"data_offsets\":[" + std::to_string(one.begin) + "," + std::to_string(one.end) + "]}";
    }
    text += '}';
    while (text.size() % 8 != 0) text += ' ';
    return text;
}

}  // namespace detail
}  // namespace ctnn
