// SPDX-License-Identifier: MIT
/// \file
/// The tensors of a safetensors or npz file that another library wrote, gathered by the layers that they belong to.
#pragma once

#include <bit>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ctnn/io/npz.hpp"
#include "ctnn/io/safetensors.hpp"

namespace ctnn::detail {

/// One tensor, in the order of memory of the file's library.
struct foreign_tensor {
    std::string name, layer, word;  ///< "features.0.weight" is of layer "features.0", its word is "weight"
    std::vector<extent> shape;
    tensor_type type = tensor_type::f32;
    byte_view bytes{};
    bool ignored = false;  ///< counts batches, and no layer computes with it

    [[nodiscard]] extent size() const { return bytes.size / tensor_type_size(type); }
};

/// All tensors of a file, and what their bytes lie in.
struct foreign_file {
    byte_vector bytes;
    std::vector<array> arrays;
    std::vector<foreign_tensor> tensors;
};

/// The numbers of these types are converted; exact but for F64 in a network of float.
[[nodiscard]] constexpr bool is_real(tensor_type type) {
    return type == tensor_type::f16 || type == tensor_type::bf16 || type == tensor_type::f32 ||
           type == tensor_type::f64;
}

/// IEEE 754 binary16: sign, 5 bits of exponent with bias 15, 10 of fraction.
[[nodiscard, gnu::cold]] inline double from_half(std::uint16_t bits) {
    const int exponent = (bits >> 10) & 31, fraction = bits & 1023;
    const double size = exponent == 31  ? (fraction != 0 ? std::nan("") : HUGE_VAL)
                        : exponent == 0 ? std::ldexp(fraction, -24)
                                        : std::ldexp(1024 + fraction, exponent - 25);
    return (bits & 0x8000) != 0 ? -size : size;
}

/// Number i of a tensor. \pre is_real(type), 0 <= i < size()
[[nodiscard, gnu::cold]] inline double number_at(const foreign_tensor& of, extent i) {
    const unsigned char* at = of.bytes.data + i * tensor_type_size(of.type);
    if (of.type == tensor_type::f64) return std::bit_cast<double>(load_little<std::uint64_t>(at));
    if (of.type == tensor_type::f16) return from_half(load_little<std::uint16_t>(at));
    const std::uint32_t bits = of.type == tensor_type::bf16 ? std::uint32_t{load_little<std::uint16_t>(at)} << 16
                                                            : load_little<std::uint32_t>(at);
    return static_cast<double>(std::bit_cast<float>(bits));
}

/// Takes a tensor's name apart. Keras writes "dense/kernel:0"; PyTorch has all layers and directions of one
/// torch.nn.LSTM in one module, "lstm.weight_ih_l0_reverse", of which each is a layer here, "lstm_l0_reverse"; and the
/// projections in front of an attention are its "in_proj".
[[gnu::cold]] inline void split_name(foreign_tensor& t) {
    std::string_view name = t.name;
    if (name.size() > 2 && name.substr(name.size() - 2) == ":0") name.remove_suffix(2);
    const std::size_t end = name.find_last_of("./");
    std::string_view word = end == std::string_view::npos ? name : name.substr(end + 1);
    t.layer = end == std::string_view::npos ? std::string_view{} : name.substr(0, end);
    for (const std::string_view begin : {"weight_ih_l", "weight_hh_l", "bias_ih_l", "bias_hh_l"}) {
        if (word.substr(0, begin.size()) != begin) continue;
        t.layer += word.substr(begin.size() - 2);
        word = begin.substr(0, begin.size() - 2);
        break;
    }
    t.word = word;
    const bool packed = word.substr(0, 8) == "in_proj_";
    const bool apart = word == "q_proj_weight" || word == "k_proj_weight" || word == "v_proj_weight";
    if (packed || apart) {
        t.layer += t.layer.empty() ? "in_proj" : ".in_proj";
        t.word = packed ? t.word.substr(8) : t.word.substr(0, 2) + "weight";
    }
    t.ignored = word == "num_batches_tracked";
}

/// Reads all tensors of a file, safetensors or npz as its first bytes say.
/// \returns wrong_format for a model file of ctnn's own, and what the readers of both formats refuse
[[nodiscard, gnu::cold]] inline result<foreign_file> parse_foreign(byte_vector bytes, const std::string& path,
                                                                   std::int64_t budget) {
    foreign_file file;
    // The signature of a zip file, or of an empty one. A safetensors file that began so would have a header of 64 MB.
    if (byte_view(bytes).has(0, "PK\3\4", 4) || byte_view(bytes).has(0, "PK\5\6", 4)) {
        const result<npz> archive = parse_npz(std::move(bytes), path, budget);
        if (!archive) return archive.error();
        constexpr tensor_type types[] = {tensor_type::boolean, tensor_type::u8,  tensor_type::i8,  tensor_type::u16,
                                         tensor_type::i16,     tensor_type::u32, tensor_type::i32, tensor_type::u64,
                                         tensor_type::i64,     tensor_type::f32, tensor_type::f64};
        const std::vector<std::string> names = archive->names();
        file.arrays.reserve(names.size());
        for (const std::string& name : names) {
            result<array> one = archive->read(name);
            if (!one) return one.error();
            array& kept = file.arrays.emplace_back(std::move(*one));
            file.tensors.push_back({name, {}, {}, kept.shape, types[static_cast<int>(kept.type)], kept.bytes});
        }
    } else {
        file.bytes = std::move(bytes);
        const result<safetensors_file> read = parse_safetensors(file.bytes, path);
        if (!read) return read.error();
        if (read->has_checksum)
            return error(error_kind::wrong_format, path, "a model file of ctnn: it is loaded without a layout");
        for (const tensor_entry& one : read->entries)
            file.tensors.push_back({one.name, {}, {}, one.shape, one.type, read->bytes(file.bytes, one)});
    }
    for (foreign_tensor& t : file.tensors) split_name(t);
    return file;
}

}  // namespace ctnn::detail
