// SPDX-License-Identifier: MIT
/// \file
/// What the two targets of NIfTI share: the round trip, and the fields of the header.
#pragma once

#include <ctnn/io/nifti_labels.hpp>
#include <ctnn/io/nifti_write.hpp>

#include "fields.hpp"

namespace fuzz {

/// The header as bytes: NaN equals itself there. The place of the voxels is left out, the writer chooses it.
inline byte_vector header_bytes(ctnn::nifti_header h) {
    h.vox_offset = 0;
    byte_vector bytes;
    require(!ctnn::detail::append_nifti_header(bytes, h, {}), "a header that was read and cannot be written");
    return bytes;
}

/// The extensions as they are after having been written: filled up to whole 16 bytes.
inline std::vector<ctnn::nifti_extension> filled_up(std::vector<ctnn::nifti_extension> extensions) {
    for (ctnn::nifti_extension& one : extensions) one.content.resize((one.content.size() + 8 + 15) / 16 * 16 - 8);
    return extensions;
}

/// An image that was read is whole, and is read again as it was written, alone and as a pair.
inline void check_nifti(const ctnn::nifti_image& image) {
    std::int64_t bytes = 0;
    require(ctnn::checked_bytes(image.voxels.shape, ctnn::element_size(image.voxels.type), bytes) &&
                bytes == static_cast<std::int64_t>(image.voxels.bytes.size()),
            "another number of voxels than the shape says");
    require(image.header.affine().finite(), "a transform that is not finite");
    (void)image.values<float>();
    (void)ctnn::nifti_labels(image);
    for (const bool pair : {false, true}) {
        const auto content = ctnn::format_nifti(image, pair);
        if (!content && content.error().message().find("need NIfTI-2") != std::string::npos) return;
        require(content.has_value(), content.error().what());
        const auto back =
            pair ? ctnn::parse_nifti_pair(content->header, content->voxels) : ctnn::parse_nifti(content->header);
        require(back.has_value(), back.error().what());
        require(back->voxels.bytes == image.voxels.bytes && back->voxels.shape == image.voxels.shape, "other voxels");
        ctnn::nifti_header expected = image.header;
        expected.pair = pair;
        require(header_bytes(back->header) == header_bytes(expected), "another header");
        require(back->extensions == filled_up(image.extensions), "other extensions");
    }
}

/// Changes a field of a header of either version, in either byte order.
inline void change_nifti(byte_vector& file, random_bits& random) {
    if (file.size() < 348) return change_bytes(file, random);
    const bool big = file[0] == 0;
    const bool second = file[big ? 3 : 0] == 0x1c;  // 540 is 0x21c, 348 is 0x15c
    const bool version_2 = second && file[big ? 2 : 1] == 2;
    constexpr field first_version[] = {{0, 4},         {40, 2},        {42, 2},        {44, 2},        {46, 2},
                                       {48, 2},        {70, 2},        {72, 2},        {76, 4, true},  {80, 4, true},
                                       {84, 4, true},  {108, 4, true}, {112, 4, true}, {116, 4, true}, {123, 1},
                                       {252, 2},       {254, 2},       {256, 4, true}, {260, 4, true}, {268, 4, true},
                                       {280, 4, true}, {300, 4, true}, {344, 4},       {348, 4},       {352, 4}};
    constexpr field second_version[] = {{0, 4},         {4, 8},         {12, 2},        {14, 2},        {16, 8},
                                        {24, 8},        {32, 8},        {40, 8},        {104, 8, true}, {112, 8, true},
                                        {120, 8, true}, {168, 8},       {176, 8, true}, {184, 8, true}, {344, 4},
                                        {348, 4},       {352, 8, true}, {360, 8, true}, {376, 8, true}, {400, 8, true},
                                        {440, 8, true}, {540, 4},       {544, 4}};
    const std::uint64_t what = pick(random, 8);
    if (what == 0) return change_bytes(file, random, version_2 ? 540 : 348);
    if (what == 1) {
        constexpr std::uint64_t types[][2] = {{2, 8},     {4, 16},    {8, 32},   {16, 32},   {64, 64},
                                              {128, 24},  {256, 8},   {512, 16}, {768, 32},  {1024, 64},
                                              {1280, 64}, {2304, 32}, {32, 64},  {1536, 128}};
        const auto& type = types[pick(random, std::size(types))];
        put(file, version_2 ? 12 : 70, 2, type[0], big);
        put(file, version_2 ? 14 : 72, 2, type[1], big);
    } else if (version_2) {
        put_edge(file, second_version[pick(random, std::size(second_version))], random, big);
    } else {
        put_edge(file, first_version[pick(random, std::size(first_version))], random, big);
    }
}

}  // namespace fuzz
