// SPDX-License-Identifier: MIT
/// \file
/// Takes over the part of a model that two networks have in common: a backbone for a new head.
#pragma once

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "ctnn/core/glob.hpp"
#include "ctnn/io/model_file.hpp"

namespace ctnn {

/// What was taken over, and what was not, by the names of the tensors.
struct partial_load {
    std::vector<std::string> loaded;   ///< equal in name and shape
    std::vector<std::string> missing;  ///< of the network, not in the source: as they were
    std::vector<std::string> unused;   ///< of the source, not in the network
    std::vector<std::string> differs;  ///< in both with other shapes, "head.weight: file (64, 2), network (64, 3)"

    /// A line that counts, then a line for each tensor that was left.
    [[nodiscard, gnu::cold]] std::string text() const {
        std::string all = detail::text_of({loaded.size(), " tensors taken over\n"});
        const auto add = [&](const std::vector<std::string>& names, const char* what) {
            for (const std::string& name : names) all += detail::text_of({"  ", name, what, "\n"});
        };
        add(differs, "; left as it was");
        add(missing, ": not in the source; left as it was");
        add(unused, ": of the source, not used");
        return all;
    }
};

namespace detail {

/// A tensor that can be taken over.
struct found_tensor {
    std::string name;
    std::vector<extent> shape;
    const void* data = nullptr;
};

/// Compares names and shapes; nothing is copied.
[[nodiscard, gnu::cold]] inline partial_load compare_tensors(const std::vector<found_tensor>& source,
                                                             const std::vector<named_tensor>& network,
                                                             const std::string& names) {
    partial_load left;
    const auto find = [](const auto& all, const std::string& name) {
        for (const auto& one : all)
            if (one.name == name) return &one;
        return decltype(&all[0]){nullptr};
    };
    for (const named_tensor& t : network) {
        const found_tensor* const same = matches(names, t.name) ? find(source, t.name) : nullptr;
        if (same == nullptr)
            left.missing.push_back(t.name);
        else if (same->shape != t.shape)
            left.differs.push_back(t.name + ": file " + shape_text(same->shape) + ", network " + shape_text(t.shape));
        else
            left.loaded.push_back(t.name);
    }
    for (const found_tensor& one : source)
        if (!matches(names, one.name) || find(network, one.name) == nullptr) left.unused.push_back(one.name);
    return left;
}

/// Copies what compare_tensors() calls loaded, after all of it was found to be finite.
template <class Net, class T>
[[nodiscard, gnu::cold]] result<partial_load> take_over(model<Net, T>& m, const std::vector<found_tensor>& source,
                                                        const std::string& names, const std::string& path,
                                                        bool allow_not_finite) {
    const std::vector<named_tensor> network = tensors_of<Net>();
    partial_load left = compare_tensors(source, network, names);
    if (left.loaded.empty())
        return error(error_kind::shape_mismatch, path,
                     "no tensor has the name and the shape of one of the network's:\n" + left.text());
    for (const bool copies : {false, true})
        for (const found_tensor& one : source)
            for (const named_tensor& t : network) {
                if (t.name != one.name || t.shape != one.shape || !matches(names, t.name)) continue;
                T* const to = (t.learned ? m.parameters().data() : m.state().data()) + t.offset;
                for (extent i = 0; i < t.size; ++i) {
                    T number;  // those of a file need not be aligned
                    std::memcpy(&number, static_cast<const char*>(one.data) + i * static_cast<extent>(sizeof(T)),
                                sizeof(T));
                    if (copies)
                        to[i] = number;
                    else if (!allow_not_finite && !std::isfinite(number))
                        return error(error_kind::not_finite, path, "NaN or infinity in " + t.name);
                }
            }
    return left;
}

}  // namespace detail

/// Takes from a model file the tensors that have names and shapes of the network's, whatever else the file holds: a
/// trained backbone for a network with another head or another input size. The other tensors stay as they are, and so
/// does what the model knows of its data (class names, scaling).
///
///     names    which tensors of the network may be taken, with * for any characters: "backbone.*"
///     gives    what was taken and what was left, by name
///     refuses  what read_file and parse_safetensors refuse; with shape_mismatch tensors of another precision and a
///              file from which nothing can be taken; with not_finite NaN and infinity. The model is unchanged then
///
///     auto taken = ctnn::load_partially(model, "pneumonia.safetensors", "backbone.*");
///     if (!taken) return std::puts(taken.error().what()), 1;
///     std::fputs(taken->text().c_str(), stderr);
template <class Net, class T>
[[nodiscard, gnu::cold]] result<partial_load> load_partially(model<Net, T>& m, const std::string& path,
                                                             const std::string& names = "*",
                                                             const load_options& options = {}) {
    return detail::catch_out_of_memory(path, [&]() -> result<partial_load> {
        const result<byte_vector> bytes = read_file(path, options.budget);
        if (!bytes) return bytes.error();
        const result<safetensors_file> file = parse_safetensors(*bytes, path);
        if (!file) return file.error();
        std::vector<detail::found_tensor> source;
        for (const tensor_entry& entry : file->entries) {
            if (entry.type != detail::type_of_scalar<T>)
                return error(error_kind::shape_mismatch, path,
                             entry.name + " is " + std::string(tensor_type_name(entry.type)) + ", the model " +
                                 std::string(tensor_type_name(detail::type_of_scalar<T>)));
            source.push_back({entry.name, entry.shape, file->bytes(*bytes, entry).data});
        }
        return detail::take_over(m, source, names, path, options.allow_not_finite);
    });
}

/// The same from a model in memory, for example one that was trained a moment ago.
template <class Net, class Other, class T>
[[nodiscard, gnu::cold]] result<partial_load> take_over(model<Net, T>& m, const model<Other, T>& from,
                                                        const std::string& names = "*") {
    std::vector<detail::found_tensor> source;
    for (const named_tensor& t : tensors_of<Other>())
        source.push_back({t.name, t.shape, (t.learned ? from.parameters().data() : from.state().data()) + t.offset});
    return detail::take_over(m, source, names, {}, true);
}

}  // namespace ctnn
