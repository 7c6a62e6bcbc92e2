// SPDX-License-Identifier: MIT
/// \file
/// Small NIfTI files made in memory, whose header fields tests then spoil by name.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <ctnn/io/nifti_write.hpp>
#include <string>
#include <vector>

/// The fields that tests write into, with their places in both versions.
struct nifti_field {
    const char* name;
    char kind_1;  ///< 'h' 16 bits, 'i' 32 bits, 'f' float, 'd' double, 'q' 64 bits, 'b' a byte
    ctnn::extent at_1;
    char kind_2;
    ctnn::extent at_2;
};

inline constexpr nifti_field nifti_fields[] = {
    {"sizeof_hdr", 'i', 0, 'i', 0},     {"dim", 'h', 40, 'q', 16},
    {"datatype", 'h', 70, 'h', 12},     {"bitpix", 'h', 72, 'h', 14},
    {"pixdim", 'f', 76, 'd', 104},      {"vox_offset", 'f', 108, 'q', 168},
    {"scl_slope", 'f', 112, 'd', 176},  {"scl_inter", 'f', 116, 'd', 184},
    {"qform_code", 'h', 252, 'i', 344}, {"sform_code", 'h', 254, 'i', 348},
    {"quatern", 'f', 256, 'd', 352},    {"qoffset", 'f', 268, 'd', 376},
    {"srow", 'f', 280, 'd', 400},       {"extension_flag", 'b', 348, 'b', 540},
    {"esize", 'i', 352, 'i', 544},
};

/// Writes a number into element `index` of a field, in the file's version and byte order.
inline void spoil(ctnn::byte_vector& file, bool version_1, bool big_endian, const std::string& name, ctnn::extent index,
                  double value, std::int64_t whole = 0) {
    for (const nifti_field& field : nifti_fields) {
        if (name != field.name) continue;
        const char kind = version_1 ? field.kind_1 : field.kind_2;
        ctnn::byte_vector bytes;
        ctnn::detail::nifti_field_writer writer(bytes, big_endian);
        const std::int64_t integer = whole != 0                 ? whole
                                     : std::abs(value) < 0x1p63 ? static_cast<std::int64_t>(value)
                                                                : 0;
        if (kind == 'h') writer.append(static_cast<std::int16_t>(integer));
        if (kind == 'i') writer.append(static_cast<std::int32_t>(integer));
        if (kind == 'q') writer.append(integer);
        if (kind == 'b') writer.append(static_cast<std::uint8_t>(integer));
        if (kind == 'f') writer.append(static_cast<float>(value));
        if (kind == 'd') writer.append(value);
        const auto at = static_cast<std::size_t>(version_1 ? field.at_1 : field.at_2) +
                        static_cast<std::size_t>(index) * bytes.size();
        REQUIRE(at + bytes.size() <= file.size());
        std::memcpy(file.data() + at, bytes.data(), bytes.size());
        return;
    }
    FAIL("no field " << name);
}

/// int16 of shape 4 x 3 x 2 with values that count up from 100, a slope of 1, an oblique transform.
inline ctnn::nifti_image small_nifti(int version = 1, bool big_endian = false) {
    std::vector<std::int16_t> values(24);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::int16_t>(100 + 37 * i);
    ctnn::affine_transform place;
    place.at = {{{0.75, -0.5, 0, -10}, {1, 0.375, 0, 20}, {0, 0, 2.5, 30}}};
    ctnn::nifti_image image = ctnn::make_nifti(ctnn::make_array({2, 3, 4}, values), place);
    image.header.version = version;
    image.header.big_endian = big_endian;
    return image;
}

/// Its file, or with `extended` the file with an extension of 32 bytes.
inline ctnn::byte_vector small_file(int version = 1, bool big_endian = false, bool extended = false) {
    ctnn::nifti_image image = small_nifti(version, big_endian);
    if (extended) image.extensions.push_back({6, ctnn::byte_vector(24, 'x')});
    const auto content = ctnn::format_nifti(image);
    REQUIRE(content.has_value());
    return content->header;
}
