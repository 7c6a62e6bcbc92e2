// SPDX-License-Identifier: MIT
/// \file
/// Model files: safetensors of any tool, and the model that is loaded from them.
#include <limits>

#include <ctnn/ctnn.hpp>

#include "fields.hpp"

namespace fuzz {
namespace {

using namespace ctnn;
using net = network<shape<4>, named<"head", dense<2>>, softmax>;

/// The entries and metadata of a file whose header is whole.
bool parse_header(const byte_vector& file, std::vector<tensor_entry>& entries, tensor_metadata& metadata,
                  std::size_t& data) {
    if (file.size() < 8) return false;
    const std::uint64_t size = load_little<std::uint64_t>(file.data());
    if (size > file.size() - 8) return false;
    data = 8 + static_cast<std::size_t>(size);
    detail::safetensors_parser parser({file.data() + 8, static_cast<extent>(size)});
    return parser.parse(entries, metadata) == nullptr;
}

/// A header made of these entries and this metadata in front of the data.
void replace_header(byte_vector& file, const std::vector<tensor_entry>& entries, const tensor_metadata& metadata,
                    std::size_t data) {
    const std::string text = detail::format_safetensors_header(entries, metadata);
    byte_vector made;
    append_little(made, static_cast<std::uint64_t>(text.size()));
    append_text(made, text);
    made.insert(made.end(), file.begin() + static_cast<std::ptrdiff_t>(data), file.end());
    file = std::move(made);
}

void read(byte_view input) {
    static const model<net> before{seed{1}};
    model<net> loaded = before.copy();
    const error failed = detail::load_content(loaded, input, "x", {});
    const bool same =
        std::memcmp(loaded.parameters().data(), before.parameters().data(), loaded.parameters().size_bytes()) == 0 &&
        loaded.class_names == before.class_names;
    require(!failed || same, "a failed load that changes the model");

    for (const layout& of : {layout::pytorch, layout::keras}) {
        model<net> other = before.copy();
        const byte_vector content(input.data, input.data + input.size);
        const error refused = detail::load_foreign(other, content, "x", of, {}, {});
        require(!refused || std::memcmp(other.parameters().data(), before.parameters().data(),
                                        before.parameters().size_bytes()) == 0,
                "a failed load of foreign weights that changes the model");
    }

    const auto file = parse_safetensors(input);
    require(file.has_value() || (failed && !file.error().message().empty()), "a model from a broken file");
    if (!file) return;
    std::vector<tensor_source> tensors;
    for (const tensor_entry& one : file->entries)
        tensors.push_back({one.name, one.type, one.shape, file->bytes(input, one)});
    const auto written = format_safetensors(tensors, file->metadata);
    if (!written) {
        // The two keys that are added may be what is too much.
        require(!file->has_checksum && written.error().kind() == error_kind::invalid_argument, "cannot be written");
        return;
    }
    if (file->has_checksum)
        require(*written == byte_vector(input.data, input.data + input.size), "a file of its own is written otherwise");
    const auto back = parse_safetensors(*written);
    require(back.has_value() && back->has_checksum && back->entries.size() == file->entries.size(),
            "a file that is not read as it was written");
}

/// The length of the header, its form, and the checksum.
void repair(byte_vector& file) {
    std::vector<tensor_entry> entries;
    tensor_metadata metadata;
    std::size_t data = 0;
    if (!parse_header(file, entries, metadata, data)) {
        // What stands in front of the data ends with a brace.
        for (std::size_t i = file.size(); i-- > 8;)
            if (file[i] == '}' && i < 4096) return put(file, 0, 8, i - 7, false);
        return;
    }
    for (auto& [key, value] : metadata) {
        if (key != safetensors_checksum_key) continue;
        const std::uint64_t hash = detail::hash_safetensors_header(entries, metadata);
        value = detail::hexadecimal(hash64({file.data() + data, static_cast<extent>(file.size() - data)}, hash));
        return replace_header(file, entries, metadata, data);
    }
}

void change(byte_vector& file, random_bits& random) {
    std::vector<tensor_entry> entries;
    tensor_metadata metadata;
    std::size_t data = 0;
    if (!parse_header(file, entries, metadata, data) || pick(random, 4) == 0)
        return change_bytes(file, random, pick(random, 2) == 0 ? 0 : 8);
    const auto number = [&]() -> std::int64_t {
        const std::int64_t most = std::numeric_limits<std::int64_t>::max();
        const std::int64_t values[] = {0,
                                       1,
                                       2,
                                       3,
                                       4,
                                       8,
                                       9,
                                       1 << 30,
                                       std::int64_t{1} << 32,
                                       std::int64_t{1} << 62,
                                       most,
                                       static_cast<std::int64_t>(file.size() - data)};
        return values[pick(random, std::size(values))];
    };
    const std::uint64_t what = pick(random, 7);
    if (what == 0 && !metadata.empty()) {
        std::string& value = metadata[pick(random, metadata.size())].second;
        if (!value.empty()) value[pick(random, value.size())] = "0123456789abcdef\n.-"[pick(random, 19)];
    } else if (what == 1 && !metadata.empty()) {
        metadata.erase(metadata.begin() + static_cast<std::ptrdiff_t>(pick(random, metadata.size())));
    } else if (!entries.empty()) {
        tensor_entry& one = entries[pick(random, entries.size())];
        if (what == 2) one.type = static_cast<tensor_type>(pick(random, 15));
        if (what == 3) one.shape.push_back(static_cast<extent>(number()));
        if (what == 4 && !one.shape.empty()) one.shape[pick(random, one.shape.size())] = static_cast<extent>(number());
        if (what == 5) (pick(random, 2) == 0 ? one.begin : one.end) = number();
        if (what == 6) entries.push_back(one);
    }
    replace_header(file, entries, metadata, data);
}

}  // namespace

const target model_file_target{"model_file", read, change, repair};

}  // namespace fuzz
