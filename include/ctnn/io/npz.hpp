// SPDX-License-Identifier: MIT
/// \file
/// NumPy's archives of named arrays, as numpy.savez and savez_compressed write them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ctnn/io/npy.hpp"
#include "ctnn/io/zip.hpp"

namespace ctnn {

/// An .npz file in memory; its arrays are unpacked when they are asked for.
class npz {
public:
    npz(std::string file, byte_vector bytes, std::vector<detail::zip_member> members)
        : file_(std::move(file)), bytes_(std::move(bytes)), members_(std::move(members)) {}

    /// The names of the arrays, without ".npy", in the order of the file.
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (const detail::zip_member& m : members_) all.push_back(short_name(m.name));
        return all;
    }
    [[nodiscard]] bool contains(const std::string& name) const { return find(name) != nullptr; }

    /// Unpacks one array. Refuses an unknown name with invalid_argument (the message lists those that exist), deflate
    /// without CTNN_WITH_ZLIB as unsupported, damaged data as corrupt, and what parse_npy() refuses.
    [[nodiscard]] result<array> read(const std::string& name) const {
        return detail::catch_out_of_memory(file_, [&]() -> result<array> {
            const detail::zip_member* member = find(name);
            if (member == nullptr) {
                std::string all;
                for (const std::string& one : names()) all += (all.empty() ? "" : ", ") + one;
                return error(error_kind::invalid_argument, file_,
                             "has no array " + name + "; it has " + (all.empty() ? "none" : all));
            }
            const result<byte_vector> content = detail::read_zip_member(bytes_, file_, *member);
            if (!content) return content.error();
            return parse_npy(*content, file_ + "/" + member->name);
        });
    }

private:
    [[nodiscard]] static std::string short_name(const std::string& name) {
        const bool suffix = name.size() > 4 && name.compare(name.size() - 4, 4, ".npy") == 0;
        return suffix ? name.substr(0, name.size() - 4) : name;
    }
    [[nodiscard]] const detail::zip_member* find(const std::string& name) const {
        for (const detail::zip_member& m : members_)
            if (short_name(m.name) == name) return &m;
        return nullptr;
    }

    std::string file_;
    byte_vector bytes_;
    std::vector<detail::zip_member> members_;
};

/// Takes the content of an .npz file; `file` is its name in errors. Refusals as read_npz().
[[nodiscard]] inline result<npz> parse_npz(byte_vector bytes, const std::string& file = {},
                                           std::int64_t budget = default_budget) {
    return detail::catch_out_of_memory(file, [&]() -> result<npz> {
        result<std::vector<detail::zip_member>> members = detail::read_zip_directory(bytes, file, budget);
        if (!members) return members.error();
        return npz(file, std::move(bytes), std::move(*members));
    });
}

/// Reads an .npz file: the directory and every member's header are checked, and the sum of all unpacked sizes is held
/// against the budget, before anything is unpacked. A file cut anywhere is truncated; encrypted, split and 64-bit
/// archives (4 GiB) are unsupported.
///
///     auto data = ctnn::read_npz("pneumoniamnist.npz");
///     auto images = data->read("train_images");
[[nodiscard]] inline result<npz> read_npz(const std::string& path, std::int64_t budget = default_budget) {
    return detail::catch_out_of_memory(path, [&]() -> result<npz> {
        result<byte_vector> bytes = read_file(path, budget);
        if (!bytes) return bytes.error();
        return parse_npz(std::move(*bytes), path, budget);
    });
}

/// Writes an .npz file of stored arrays, crash-safe. Refuses 4 GiB and more with too_large.
[[nodiscard]] inline error write_npz(const std::string& path,
                                     const std::vector<std::pair<std::string, array>>& arrays) {
    return detail::catch_out_of_memory(path, [&]() -> error {
        std::vector<std::pair<std::string, byte_vector>> members;
        for (const auto& [name, one] : arrays) members.emplace_back(name + ".npy", format_npy(one));
        byte_vector bytes;
        if (!detail::format_zip(members, bytes))
            return {error_kind::too_large, path, "an .npz file of 4 GiB or more is not written"};
        return write_file(path, bytes);
    });
}

}  // namespace ctnn
