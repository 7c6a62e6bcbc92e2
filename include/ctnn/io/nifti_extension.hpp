// SPDX-License-Identifier: MIT
/// \file
/// The extensions between a NIfTI header and its voxels: blocks of bytes with a code, kept as they are.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/io/nifti_fields.hpp"

namespace ctnn {

/// A block behind the header. Codes are registered: 2 DICOM, 4 AFNI, 6 comment ...; many hold what identifies a
/// patient, see deidentify().
struct nifti_extension {
    std::int32_t code = 0;
    byte_vector content;  ///< as stored, with the zeros that fill it up

    bool operator==(const nifti_extension&) const = default;
};

namespace detail {

/// Walks the extensions in bytes [begin, end). Four bytes come first; the first of them says whether there are
/// extensions. Each is: its size with these 8 bytes, its code, its content. In a single file, room of less than 16
/// bytes holds none: real files set the flag and have no extension. A .hdr file ends behind them, so there they fill
/// the room, and one is a must. visit(code, content) is called for each that is whole.
template <class Visit>
[[nodiscard]] error walk_nifti_extensions(byte_view b, extent begin, extent end, const nifti_header& h,
                                          const std::string& file, const Visit& visit) {
    if (begin == end) return {};
    if (end - begin < 4) return {error_kind::truncated, file, end, "the end of the file", "4 bytes behind the header"};
    extent at = begin + 4;
    if (b[begin] == 0) {
        if (!h.pair || at == end) return {};
        return {error_kind::trailing_data, file, at, "bytes behind the header", "the end of the file"};
    }
    for (bool more = h.pair || end - at >= 16; more; more = end - at >= (h.pair ? 1 : 16)) {
        if (end - at < 8)
            return {error_kind::truncated, file, end, "the end of the file", "an extension of 8 bytes or more"};
        const std::int64_t size = load_number<std::int32_t>(b.data + at, h.big_endian);
        const std::string found = "an extension of " + std::to_string(size) + " bytes";
        if (size < 8) return {error_kind::corrupt, file, at, found, "at least 8"};
        if (size > end - at)
            return {h.pair ? error_kind::truncated : error_kind::corrupt, file, at, found,
                    "at most the " + std::to_string(end - at) + " that there are"};
        visit(load_number<std::int32_t>(b.data + at + 4, h.big_endian),
              byte_view(b.data + at + 8, static_cast<extent>(size - 8)));
        at += static_cast<extent>(size);
    }
    return {};
}

/// Appends the four bytes of the flag and the extensions, each filled up with zeros to a multiple of 16 bytes.
/// Refuses with invalid_argument one of 2 GiB.
[[nodiscard]] inline error append_nifti_extensions(byte_vector& to, const std::vector<nifti_extension>& extensions,
                                                   bool big_endian, const std::string& file) {
    nifti_field_writer fields(to, big_endian);
    to.insert(to.end(), {static_cast<unsigned char>(extensions.empty() ? 0 : 1), 0, 0, 0});
    for (const nifti_extension& extension : extensions) {
        const std::size_t content = extension.content.size(), size = (content + 8 + 15) / 16 * 16;
        if (size > 0x7fffffff) return {error_kind::invalid_argument, file, "an extension of 2 GiB or more"};
        fields.append(static_cast<std::int32_t>(size));
        fields.append(extension.code);
        to.insert(to.end(), extension.content.begin(), extension.content.end());
        to.resize(to.size() + size - 8 - content);
    }
    return {};
}

}  // namespace detail
}  // namespace ctnn
