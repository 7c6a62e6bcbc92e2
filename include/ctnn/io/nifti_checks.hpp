// SPDX-License-Identifier: MIT
/// \file
/// The checks of a NIfTI header, in a fixed order and before any memory is taken.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/io/nifti_fields.hpp"

namespace ctnn::detail {

/// A header that was checked, and where its voxels are.
struct checked_nifti {
    nifti_header header;
    const nifti_type_entry* type = nullptr;
    std::int64_t offset = 0;        ///< of the first voxel in the file that holds the voxels
    std::int64_t voxels_bytes = 0;  ///< of all voxels
    std::vector<std::string> warnings;
};

/// A number in a message: 12.5, nan, -inf, 1e+30.
[[nodiscard]] inline std::string number_text(double value) {
    if (value == std::floor(value) && std::abs(value) < 1e15) return std::to_string(static_cast<std::int64_t>(value));
    char text[32];
    std::snprintf(text, sizeof text, "%g", value);
    return text;
}

/// Finds version and byte order by the first four bytes, which are 348 or 540 in one of the two orders.
[[nodiscard]] inline error find_nifti_version(byte_view b, const std::string& file, nifti_header& h) {
    if (b.size < 4)
        return {error_kind::truncated, file, b.size, "the end of the file", "a NIfTI header of 348 or 540 bytes"};
    const auto little = load_number<std::int32_t>(b.data, false), big = load_number<std::int32_t>(b.data, true);
    h.big_endian = big == 348 || big == 540;
    const std::int32_t size = h.big_endian ? big : little;
    if (size != 348 && size != 540)
        return {error_kind::wrong_format, file, 0, "a header size of " + std::to_string(little),
                "348 (NIfTI-1) or 540 (NIfTI-2)"};
    h.version = size == 348 ? 1 : 2;
    return {};
}

/// The name of the format, or what stands in its place. Sets h.pair. \pre the whole header is there
[[nodiscard]] inline error check_nifti_magic(byte_view b, const std::string& file, bool pair, nifti_header& h) {
    const extent at = h.version == 1 ? 344 : 4, length = h.version == 1 ? 4 : 8;
    const char* single_name = h.version == 1 ? "n+1" : nifti2_magic;
    const char* pair_name = h.version == 1 ? "ni1" : nifti2_pair_magic;
    h.pair = b.has(at, pair_name, length);
    if (h.pair || b.has(at, single_name, length)) {
        if (h.pair == pair) return {};
        return {error_kind::corrupt, file, at, h.pair ? "the mark of a .hdr/.img pair" : "the mark of a single file",
                pair ? "that of a pair, as the file's name says" : "that of a single file"};
    }
    if (h.version == 2 && (b.has(at, single_name, 3) || b.has(at, pair_name, 3)))
        return {error_kind::corrupt, file, at, "NIfTI-2's name with other bytes behind it",
                "0 13 10 26 10 (a transfer as text changes them)"};
    if (h.version == 1 && b.has(at, "\0\0\0\0", 4))
        return {error_kind::unsupported, file, at, "no name of a format (an Analyze 7.5 header?)", "n+1 or ni1"};
    return {error_kind::wrong_format, file, at, "another name of a format",
            h.version == 1 ? "n+1 or ni1" : "n+2 or ni2"};
}

/// Extents and the type: their product in bytes may not exceed the budget.
[[nodiscard]] inline error check_nifti_extents(const std::string& file, std::int64_t budget, checked_nifti& c) {
    const nifti_header& h = c.header;
    const extent dim_at = h.version == 1 ? 40 : 16, dim_size = h.version == 1 ? 2 : 8;
    if (h.dim[0] < 1 || h.dim[0] > 7)
        return {error_kind::corrupt, file, dim_at, std::to_string(h.dim[0]) + " axes", "1 to 7"};
    std::int64_t voxels = 1;
    for (std::size_t i = 1; i <= static_cast<std::size_t>(h.dim[0]); ++i) {
        const extent at = dim_at + static_cast<extent>(i) * dim_size;
        if (h.dim[i] < 1)
            return {error_kind::corrupt, file, at, "an axis of extent " + std::to_string(h.dim[i]), "at least 1"};
        if (!checked_multiply(voxels, h.dim[i], voxels))
            return {error_kind::corrupt, file, at, "2^63 voxels or more", "voxels that a file can hold"};
    }
    const extent type_at = h.version == 1 ? 70 : 12;
    c.type = find_nifti_type(h.datatype);
    if (c.type == nullptr)
        return {error_kind::corrupt, file, type_at, "data type " + std::to_string(h.datatype),
                "a code of the standard"};
    if (!c.type->readable)
        return {error_kind::unsupported, file, type_at, std::string("voxels of type ") + c.type->name,
                "integers, float32, float64, RGB24 or RGBA32"};
    if (h.bitpix != 8 * c.type->bytes)
        return {error_kind::corrupt, file, type_at + 2,
                std::to_string(h.bitpix) + " bits a voxel of type " + c.type->name, std::to_string(8 * c.type->bytes)};
    if (!checked_multiply(voxels, c.type->bytes, c.voxels_bytes))
        return {error_kind::corrupt, file, dim_at, "2^63 bytes or more", "voxels that a file can hold"};
    if (c.voxels_bytes > budget)
        return {error_kind::too_large, file, dim_at, std::to_string(c.voxels_bytes) + " bytes of voxels",
                "a budget of " + std::to_string(budget)};
    return {};
}

/// Where the voxels begin: vox_offset, with 0 (not set) read as the first possible place.
[[nodiscard]] inline error check_nifti_offset(const std::string& file, checked_nifti& c) {
    const nifti_header& h = c.header;
    const extent at = h.version == 1 ? 108 : 168;
    const double offset = h.vox_offset;
    const std::int64_t first = h.pair ? 0 : h.header_bytes() + 4;
    if (!std::isfinite(offset) || offset != std::floor(offset) || offset < 0 || offset >= 0x1p62)
        return {error_kind::corrupt, file, at, "voxels at byte " + number_text(offset), "a byte of the file"};
    c.offset = static_cast<std::int64_t>(offset);
    if (c.offset == 0) c.offset = first;
    if (c.offset < first)
        return {error_kind::corrupt, file, at, "voxels at byte " + std::to_string(c.offset),
                "at least " + std::to_string(first)};
    if (c.offset % 16 != 0) c.warnings.push_back("voxels at byte " + std::to_string(c.offset) + ", no multiple of 16");
    return {};
}

/// Numbers that place and scale the voxels. What nibabel repairs is a warning; what it raises is an error.
[[nodiscard]] inline error check_nifti_numbers(const std::string& file, checked_nifti& c) {
    const nifti_header& h = c.header;
    const bool one = h.version == 1;
    for (std::size_t i = 1; i <= static_cast<std::size_t>(h.dim[0]); ++i)
        if (!std::isfinite(h.pixdim[i]) || (i <= 3 && h.pixdim[i] <= 0))
            c.warnings.push_back("pixdim[" + std::to_string(i) + "] is " + number_text(h.pixdim[i]) + ", read as " +
                                 number_text(h.spacing(static_cast<extent>(i))));
    if (h.pixdim[0] != 1 && h.pixdim[0] != -1)
        c.warnings.push_back("pixdim[0] is " + number_text(h.pixdim[0]) + ", read as 1");
    if (h.used_qform_code() != h.qform_code)
        c.warnings.push_back("qform_code " + std::to_string(h.qform_code) + " is not defined, read as 0");
    if (h.used_sform_code() != h.sform_code)
        c.warnings.push_back("sform_code " + std::to_string(h.sform_code) + " is not defined, read as 0");
    if (h.scl_slope != 0 && std::isfinite(h.scl_slope) && !std::isfinite(h.scl_inter))
        return {error_kind::not_finite, file, one ? 116 : 184,
                "a valid slope with an intercept of " + number_text(h.scl_inter), "a finite intercept"};
    if (h.used_sform_code() != 0) {
        if (!h.sform().finite())
            return {error_kind::not_finite, file, one ? 280 : 400, "a sform that is not finite", "finite rows"};
    } else if (h.used_qform_code() != 0) {
        affine_transform ignored;
        if (!h.qform(ignored))
            return {error_kind::corrupt, file, one ? 256 : 352, "a quaternion longer than 1", "a unit quaternion"};
        if (!ignored.finite())
            return {error_kind::not_finite, file, one ? 268 : 376, "a qform that is not finite", "finite offsets"};
    } else if (!h.base_transform()
                    .finite()) {  // half the extent times the spacing, which doubles of NIfTI-2 can exceed
        return {error_kind::not_finite, file, one ? 76 : 104, "spacings that give no place", "a volume of finite size"};
    }
    return {};
}

/// All checks that come before the length of the file is needed. `b` holds at least the header, or the whole file if
/// that is shorter. check_nifti_extensions and check_nifti_numbers follow.
[[nodiscard]] inline error check_nifti_header(byte_view b, const std::string& file, bool pair, std::int64_t budget,
                                              checked_nifti& c) {
    nifti_header& h = c.header;
    if (error wrong = find_nifti_version(b, file, h)) return wrong;
    if (b.size < h.header_bytes())
        return {error_kind::truncated, file, b.size, "the end of the file",
                "a header of " + std::to_string(h.header_bytes()) + " bytes"};
    if (error wrong = check_nifti_magic(b, file, pair, h)) return wrong;
    if (h.version == 1) {
        nifti_field_reader fields(b.data + 4, h.big_endian);
        visit_nifti1(h, fields);
    } else {
        nifti_field_reader fields(b.data + 12, h.big_endian);
        visit_nifti2(h, fields);
    }
    if (error wrong = check_nifti_extents(file, budget, c)) return wrong;
    return check_nifti_offset(file, c);
}

}  // namespace ctnn::detail
