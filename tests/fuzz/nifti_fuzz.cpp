// SPDX-License-Identifier: MIT
/// \file
/// NIfTI files that are not packed, alone or, by their mark, a pair: the voxels follow the header and its extension.
#include "nifti_fuzz.hpp"

namespace fuzz {
namespace {

constexpr std::int64_t budget = 1 << 20;

/// Where the first file of a pair ends: behind the header, the flag and one extension.
std::size_t end_of_header(const byte_vector& file, std::size_t header, bool big) {
    std::size_t end = header + 4;
    if (file.size() >= end + 4 && file[header] != 0) {
        const unsigned char* at = file.data() + end;
        end += big ? ctnn::load_big<std::uint32_t>(at) : ctnn::load_little<std::uint32_t>(at);
    }
    return std::min(end, file.size());
}

void read(byte_view input) {
    const byte_vector file(input.data, input.data + input.size);
    const bool version_1 = input.has(0, "\x5c\1\0\0", 4) || input.has(0, "\0\0\1\x5c", 4);
    const std::size_t header = version_1 ? (input.has(344, "ni1", 4) ? 348 : 0) : input.has(4, "ni2", 4) ? 540 : 0;
    ctnn::result<ctnn::nifti_image> image = ctnn::parse_nifti(file, {}, budget);
    if (header != 0 && file.size() >= header) {
        const auto end = static_cast<std::ptrdiff_t>(end_of_header(file, header, file[0] == 0));
        const auto pair = ctnn::parse_nifti_pair({file.begin(), file.begin() + end}, {file.begin() + end, file.end()},
                                                 "x.hdr", "x.img", budget);
        require(!image.has_value(), "the header of a pair that is read as a single file");
        if (pair) check_nifti(*pair);
        return;
    }
    require(image.has_value() || !image.error().message().empty(), "an error without a message");
    if (image) check_nifti(*image);
}

void repair(byte_vector&) {}

}  // namespace

const target nifti_target{"nifti", read, change_nifti, repair};

}  // namespace fuzz
