// SPDX-License-Identifier: MIT
/// \file
/// Saves and loads models: safetensors that any tool reads, with what is needed to refuse a wrong one.
#pragma once

#include <charconv>
#include <cmath>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "ctnn/core/text.hpp"
#include "ctnn/io/safetensors.hpp"
#include "ctnn/io/self_test.hpp"

namespace ctnn {

/// What a model file says of itself, without its network.
struct model_file_info {
    std::string fingerprint;   ///< 32 hexadecimal digits; equal for equal architectures
    std::string architecture;  ///< a line a row
    std::vector<std::string> class_names;
    input_scaling scaling;
    volume_preparation preparation{};
    pipeline preprocessing{};
};

/// How a model file is read.
struct load_options {
    bool allow_not_finite = false;                ///< NaN and infinity among the weights are refused otherwise
    std::int64_t budget = std::int64_t{8} << 30;  ///< bytes; a larger file is refused before it is read
};

/// 128 bits that differ for different architectures.
template <class Net>
[[nodiscard, gnu::cold]] std::string fingerprint_of() {
    const std::string text = architecture_of<Net>();
    const byte_view bytes(reinterpret_cast<const unsigned char*>(text.data()), static_cast<extent>(text.size()));
    return detail::hexadecimal(hash64(bytes)) + detail::hexadecimal(hash64(bytes, 1));
}

namespace detail {

[[gnu::cold]] inline std::vector<std::string> split_lines(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t from = 0; from < text.size();) {
        std::size_t to = text.find('\n', from);
        if (to == std::string::npos) to = text.size();
        lines.push_back(text.substr(from, to - from));
        from = to + 1;
    }
    return lines;
}

[[gnu::cold]] inline std::string join_lines(const std::vector<std::string>& lines) {
    std::string text;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i > 0) text += '\n';
        for (const char c : lines[i]) text += c == '\n' ? ' ' : c;
    }
    return text;
}

[[gnu::cold]] inline std::string shape_text(const std::vector<extent>& shape) {
    return '(' + joined(shape, shape.size(), ", ") + ')';
}

/// "layer 3: file 'dense 128 -> 2', network 'dense 128 -> 3'", or nothing when the texts are equal.
[[gnu::cold]] inline std::string first_difference(const std::string& of_file, const std::string& of_network) {
    const std::vector<std::string> a = split_lines(of_file), b = split_lines(of_network);
    for (std::size_t i = 0; i < a.size() || i < b.size(); ++i) {
        const std::string in_file = i < a.size() ? a[i] : "nothing", in_network = i < b.size() ? b[i] : "nothing";
        if (in_file != in_network)
            return "layer " + std::to_string(i) + ": file '" + in_file + "', network '" + in_network + '\'';
    }
    return {};
}

[[gnu::cold]] inline double number_of(const std::string* text, double otherwise) {
    if (text == nullptr) return otherwise;
    double value = otherwise;
    const auto end = std::from_chars(text->data(), text->data() + text->size(), value);
    return end.ec == std::errc{} ? value : otherwise;
}

/// Refuses a pipeline that this program cannot read: the network would see other numbers than it was trained on.
[[gnu::cold]] inline result<model_file_info> info_of(const safetensors_file& file, const std::string& path) {
    const auto text = [&](const char* key) {
        const std::string* found = file.find_metadata(key);
        return found == nullptr ? std::string{} : *found;
    };
    result<pipeline> preprocessing = parse_pipeline(text("ctnn.preprocessing"));
    if (!preprocessing) return error(preprocessing.error().kind(), path, preprocessing.error().message());
    return model_file_info{
        text("ctnn.fingerprint"),
        text("ctnn.architecture"),
        split_lines(text("ctnn.class_names")),
        {number_of(file.find_metadata("ctnn.input_factor"), 1), number_of(file.find_metadata("ctnn.input_shift"), 0)},
        {{number_of(file.find_metadata("ctnn.volume_spacing.x"), 0),
          number_of(file.find_metadata("ctnn.volume_spacing.y"), 0),
          number_of(file.find_metadata("ctnn.volume_spacing.z"), 0)},
         number_of(file.find_metadata("ctnn.volume_low"), 0),
         number_of(file.find_metadata("ctnn.volume_high"), 0)},
        std::move(*preprocessing)};
}

/// Every difference between the tensors of a file and those of a network, a line each.
[[gnu::cold]] inline std::string tensor_differences(const safetensors_file& file,
                                                    const std::vector<named_tensor>& expected, tensor_type type) {
    std::string text;
    const auto differs = [&](const std::string& name, const std::string& found, const std::string& wanted) {
        text += "\n  " + name + ": file " + found + ", network " + wanted;
    };
    for (const named_tensor& t : expected) {
        const tensor_entry* entry = file.find(t.name);
        if (entry == nullptr)
            differs(t.name, "none", shape_text(t.shape));
        else if (entry->shape != t.shape)
            differs(t.name, shape_text(entry->shape), shape_text(t.shape));
        else if (entry->type != type)
            differs(t.name, std::string(tensor_type_name(entry->type)), std::string(tensor_type_name(type)));
    }
    for (const tensor_entry& entry : file.entries) {
        bool known = false;
        for (const named_tensor& t : expected) known = known || t.name == entry.name;
        if (!known) differs(entry.name, shape_text(entry.shape), "none");
    }
    return text;
}

template <class T>
inline constexpr tensor_type type_of_scalar = sizeof(T) == 4 ? tensor_type::f32 : tensor_type::f64;

}  // namespace detail

/// Writes a model: its tensors under the names of tensors_of<Net>(), and in the metadata the architecture with its
/// fingerprint, class names, input scaling, preparation of volumes, pipeline, a self-test and a checksum. Crash-safe: a
/// failure leaves the old file.
/// \returns error_kind::cannot_open or cannot_write, or invalid_argument for names that are no UTF-8 and for a pipeline
///          with numbers outside their bounds
template <class Net, class T>
[[nodiscard, gnu::cold]] error save(const model<Net, T>& m, const std::string& path) {
    return detail::catch_out_of_memory(path, [&]() -> error {
        if (error failed = check(m.preprocessing)) return failed;
        const self_test test = make_self_test(m);
        std::vector<tensor_source> tensors;
        for (const named_tensor& t : tensors_of<Net>()) {
            const T* data = (t.learned ? m.parameters().data() : m.state().data()) + t.offset;
            tensors.push_back(
                {t.name,
                 detail::type_of_scalar<T>,
                 t.shape,
                 {reinterpret_cast<const unsigned char*>(data), t.size * static_cast<extent>(sizeof(T))}});
        }
        tensor_metadata metadata{{"ctnn.fingerprint", fingerprint_of<Net>()},
                                 {"ctnn.architecture", architecture_of<Net>()},
                                 {"ctnn.class_names", detail::join_lines(m.class_names)},
                                 {"ctnn.input_factor", to_text(m.scaling.factor)},
                                 {"ctnn.input_shift", to_text(m.scaling.shift)}};
        if (!(m.preparation == volume_preparation{})) {
            metadata.emplace_back("ctnn.volume_spacing.x", to_text(m.preparation.spacing[0]));
            metadata.emplace_back("ctnn.volume_spacing.y", to_text(m.preparation.spacing[1]));
            metadata.emplace_back("ctnn.volume_spacing.z", to_text(m.preparation.spacing[2]));
            metadata.emplace_back("ctnn.volume_low", to_text(m.preparation.low));
            metadata.emplace_back("ctnn.volume_high", to_text(m.preparation.high));
        }
        if (!m.preprocessing.empty()) metadata.emplace_back("ctnn.preprocessing", to_text(m.preprocessing));
        metadata.emplace_back("ctnn.self_test.pixels", pixels_text(test));
        metadata.emplace_back("ctnn.self_test.scores", scores_text(test));
        return write_safetensors(path, tensors, metadata);
    });
}

/// What a model file says of itself: for a program that picks one of several networks.
[[nodiscard, gnu::cold]] inline result<model_file_info> read_model_info(const std::string& path,
                                                                        const load_options& options = {}) {
    return detail::catch_out_of_memory(path, [&]() -> result<model_file_info> {
        const result<byte_vector> bytes = read_file(path, options.budget);
        if (!bytes) return bytes.error();
        const result<safetensors_file> file = parse_safetensors(*bytes, path);
        if (!file) return file.error();
        return detail::info_of(*file, path);
    });
}

namespace detail {

/// load() from the content of a file, whose name is `path` in errors.
template <class Net, class T>
[[nodiscard, gnu::cold]] error load_content(model<Net, T>& m, byte_view bytes, const std::string& path,
                                            const load_options& options) {
    const result<safetensors_file> file = parse_safetensors(bytes, path);
    if (!file) return file.error();
    const result<model_file_info> read_info = info_of(*file, path);
    if (!read_info) return read_info.error();
    const model_file_info& info = *read_info;
    const std::vector<named_tensor> expected = tensors_of<Net>();
    const std::string differences = tensor_differences(*file, expected, type_of_scalar<T>);
    if (file->has_checksum && info.fingerprint != fingerprint_of<Net>())
        return {
            error_kind::architecture_mismatch, path,
            "a model of another network; " + first_difference(info.architecture, architecture_of<Net>()) + differences};
    if (!differences.empty())
        return {error_kind::shape_mismatch, path, "its tensors are not the network's:" + differences};

    model<Net, T> fresh{seed{}};
    for (const named_tensor& t : expected) {
        const byte_view from = file->bytes(bytes, *file->find(t.name));
        T* to = (t.learned ? fresh.parameters().data() : fresh.state().data()) + t.offset;
        std::memcpy(static_cast<void*>(to), from.data, static_cast<std::size_t>(from.size));
        for (extent i = 0; i < t.size && !options.allow_not_finite; ++i)
            if (!std::isfinite(to[i]))
                return {error_kind::not_finite, path, from.data - bytes.data + i * static_cast<extent>(sizeof(T)),
                        "NaN or infinity in " + t.name, "finite weights"};
    }
    fresh.class_names = info.class_names;
    fresh.scaling = info.scaling;
    fresh.preparation = info.preparation;
    fresh.preprocessing = info.preprocessing;
    if (file->has_checksum) {
        const std::string *pixels = file->find_metadata("ctnn.self_test.pixels"),
                          *scores = file->find_metadata("ctnn.self_test.scores");
        if (pixels == nullptr || scores == nullptr)
            return {error_kind::corrupt, path, "a model file without its self-test"};
        if (error failed = check_self_test(fresh, *pixels, *scores, path)) return failed;
    }
    m = std::move(fresh);
    return {};
}

}  // namespace detail

/// Reads a model. Everything is compared before anything changes; a failure leaves the model as it was.
///
/// A file of another tool is taken when its tensors have exactly the network's names, shapes and type.
/// \returns what read_file and parse_safetensors refuse; architecture_mismatch with the first layer that differs;
///          shape_mismatch with every tensor that does; not_finite with the first place; self_test_failed;
///          what parse_pipeline() refuses in the stored pipeline: unsupported for a stage that is not known here
template <class Net, class T>
[[nodiscard, gnu::cold]] error load(model<Net, T>& m, const std::string& path, const load_options& options = {}) {
    return detail::catch_out_of_memory(path, [&]() -> error {
        const result<byte_vector> bytes = read_file(path, options.budget);
        if (!bytes) return bytes.error();
        return detail::load_content(m, *bytes, path, options);
    });
}

}  // namespace ctnn
