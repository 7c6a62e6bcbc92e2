// SPDX-License-Identifier: MIT
/// \file
/// .npy and .npz files.
#include <ctnn/io/npz.hpp>

#include "fields.hpp"

namespace fuzz {
namespace {

using namespace ctnn;

constexpr std::int64_t budget = 1 << 20;

bool is_zip(byte_view file) { return file.has(0, "PK", 2); }

/// An array that was read is whole, and is read again as it was written.
void check_array(const array& one) {
    std::int64_t bytes = 0;
    require(
        checked_bytes(one.shape, element_size(one.type), bytes) && bytes == static_cast<std::int64_t>(one.bytes.size()),
        "another number of elements than the shape says");
    const auto back = parse_npy(format_npy(one));
    require(back.has_value() && back->shape == one.shape && back->type == one.type && back->bytes == one.bytes,
            "an array that is not read as it was written");
    (void)one.as<float>();
    (void)one.as<std::int32_t>();
}

void read(byte_view input) {
    if (!is_zip(input)) {
        const auto one = parse_npy(input);
        if (one) check_array(*one);
        return;
    }
    const auto archive = parse_npz({input.data, input.data + input.size}, {}, budget);
    if (!archive) return;
    std::vector<std::pair<std::string, byte_vector>> members;
    std::int64_t sum = 0;
    for (const std::string& name : archive->names()) {
        require(archive->contains(name), "a name that is not found");
        const auto one = archive->read(name);
        if (!one) continue;
        sum += static_cast<std::int64_t>(one->bytes.size());
        check_array(*one);
        members.emplace_back(name + ".npy", format_npy(*one));
    }
    require(sum <= budget, "arrays of more bytes than the budget");
    byte_vector written;
    require(detail::format_zip(members, written), "an archive that cannot be written");
    const auto back = parse_npz(written);
    require(back.has_value() && back->names().size() == members.size(),
            "an archive that is not read as it was written");
}

/// Calls visit(place of the entry in the directory, place of the member's own header).
template <class Visit>
void visit_members(const byte_vector& file, const Visit& visit) {
    const extent end = detail::find_zip_end(file);
    if (end < 0) return;
    std::size_t at = load_little<std::uint32_t>(file.data() + end + 16);
    while (at < file.size() && file.size() - at >= 46 && byte_view(file).has(static_cast<extent>(at), "PK\1\2", 4)) {
        const unsigned char* entry = file.data() + at;
        const std::size_t own = load_little<std::uint32_t>(entry + 42);
        if (own < file.size() && file.size() - own >= 30) visit(at, own);
        at += 46U + load_little<std::uint16_t>(entry + 28) + load_little<std::uint16_t>(entry + 30) +
              load_little<std::uint16_t>(entry + 32);
    }
}

/// The size of an .npy header, and the checksums of a zip's stored members.
void repair(byte_vector& file) {
    if (!is_zip(file)) {
        if (file.size() < 12) return;
        for (std::size_t i = 10; i < file.size(); ++i)
            if (file[i] == '\n') {
                put(file, 8, file[6] == 1 ? 2 : 4, i + 1 - (file[6] == 1 ? 10 : 12), false);
                return;
            }
        return;
    }
    visit_members(file, [&](std::size_t entry, std::size_t own) {
        const std::size_t size = load_little<std::uint32_t>(file.data() + entry + 20);
        const std::size_t data = own + 30 + load_little<std::uint16_t>(file.data() + own + 26) +
                                 load_little<std::uint16_t>(file.data() + own + 28);
        if (file[entry + 10] != 0 || data > file.size() || size > file.size() - data) return;
        const std::uint32_t checksum = crc32({file.data() + data, static_cast<extent>(size)});
        put(file, entry + 16, 4, checksum, false);
        put(file, own + 14, 4, checksum, false);
    });
}

void change(byte_vector& file, random_bits& random) {
    if (!is_zip(file)) {
        constexpr const char* types[] = {"'<f4'", "'>f8'", "'|b1'", "'<i2'", "'>u8'", "'|u1'", "'<c8'", "'|O8'"};
        constexpr const char* shapes[] = {"()",    "(3,)", "(2, 3)", "(0, 5)", "(4294967296, 4294967296)",
                                          "(3L,)", "(-1,)"};
        const std::string text(file.begin(), file.end());
        const bool type = pick(random, 2) == 0;
        const std::size_t key = text.find(type ? "'descr':" : "'shape':");
        if (key == std::string::npos || pick(random, 3) == 0) return change_bytes(file, random);
        const std::size_t begin = key + 9, end = text.find(type ? ',' : ')', begin);
        if (end == std::string::npos) return change_bytes(file, random);
        const std::string piece =
            type ? types[pick(random, std::size(types))] : shapes[pick(random, std::size(shapes))];
        const std::string changed = text.substr(0, begin) + piece + text.substr(end + (type ? 0 : 1));
        file.assign(changed.begin(), changed.end());
        return;
    }
    std::vector<field> fields;
    visit_members(file, [&](std::size_t entry, std::size_t own) {
        for (const unsigned at : {8U, 28U, 30U, 32U}) fields.push_back({entry + at, 2});
        for (const unsigned at : {16U, 20U, 24U, 42U}) fields.push_back({entry + at, 4});
        for (const unsigned at : {6U, 8U, 26U, 28U}) fields.push_back({own + at, 2});
        for (const unsigned at : {14U, 18U, 22U}) fields.push_back({own + at, 4});
    });
    const extent end = detail::find_zip_end(file);
    if (end >= 0)
        for (const unsigned at : {8U, 10U, 12U, 16U}) fields.push_back({static_cast<std::size_t>(end) + at, 2});
    if (fields.empty() || pick(random, 3) == 0) return change_bytes(file, random);
    put_edge(file, fields[pick(random, fields.size())], random, false);
}

}  // namespace

const target array_target{"array", read, change, repair};

}  // namespace fuzz
