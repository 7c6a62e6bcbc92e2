// SPDX-License-Identifier: MIT
/// \file
/// The types of voxels, the codes and the units of NIfTI. https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h
#pragma once

#include <cstdint>
#include <string>

#include "ctnn/io/npy.hpp"

namespace ctnn {

/// The types of voxels that are read and written, with the codes of the field `datatype`.
enum class nifti_type : std::int16_t {
    uint8 = 2,
    int16 = 4,
    int32 = 8,
    float32 = 16,
    float64 = 64,
    rgb24 = 128,
    int8 = 256,
    uint16 = 512,
    uint32 = 768,
    int64 = 1024,
    uint64 = 1280,
    rgba32 = 2304
};

/// What a code of the field `datatype` means.
struct nifti_type_entry {
    std::int64_t code = 0;
    const char* name = "";
    extent bytes = 0;     ///< of a voxel; 0 where voxels have no whole bytes or the type is none
    extent channels = 1;  ///< numbers of a voxel: 3 for RGB24, 4 for RGBA32
    element_type element = element_type::u1;
    bool readable = false;  ///< false: known and refused by its name
};

/// The table of all codes of the standard.
inline constexpr nifti_type_entry nifti_type_table[] = {
    {0, "unknown", 0, 1, element_type::u1, false},        {1, "binary (1 bit a voxel)", 0, 1, element_type::u1, false},
    {2, "uint8", 1, 1, element_type::u1, true},           {4, "int16", 2, 1, element_type::i2, true},
    {8, "int32", 4, 1, element_type::i4, true},           {16, "float32", 4, 1, element_type::f4, true},
    {32, "complex64", 8, 1, element_type::f4, false},     {64, "float64", 8, 1, element_type::f8, true},
    {128, "RGB24", 3, 3, element_type::u1, true},         {255, "all", 0, 1, element_type::u1, false},
    {256, "int8", 1, 1, element_type::i1, true},          {512, "uint16", 2, 1, element_type::u2, true},
    {768, "uint32", 4, 1, element_type::u4, true},        {1024, "int64", 8, 1, element_type::i8, true},
    {1280, "uint64", 8, 1, element_type::u8, true},       {1536, "float128", 16, 1, element_type::f8, false},
    {1792, "complex128", 16, 1, element_type::f8, false}, {2048, "complex256", 32, 1, element_type::f8, false},
    {2304, "RGBA32", 4, 4, element_type::u1, true},
};

/// The entry of a code, or null for a code that the standard does not have.
[[nodiscard]] constexpr const nifti_type_entry* find_nifti_type(std::int64_t code) {
    for (const nifti_type_entry& entry : nifti_type_table)
        if (entry.code == code) return &entry;
    return nullptr;
}

/// The entry of a type.
[[nodiscard]] constexpr const nifti_type_entry& nifti_type_of(nifti_type type) {
    return *find_nifti_type(static_cast<std::int64_t>(type));
}

/// The type that holds numbers of this kind, one a voxel. Booleans become uint8.
[[nodiscard]] constexpr nifti_type nifti_type_of(element_type element) {
    for (const nifti_type_entry& entry : nifti_type_table)
        if (entry.readable && entry.channels == 1 && entry.element == element)
            return static_cast<nifti_type>(entry.code);
    return nifti_type::uint8;
}

/// The unit of length that a code of `xyzt_units` means: "m", "mm", "um", or "" where none is stated.
[[nodiscard]] constexpr const char* nifti_space_unit(std::int64_t xyzt_units) {
    switch (xyzt_units & 7) {
        case 1:
            return "m";
        case 2:
            return "mm";
        case 3:
            return "um";
        default:
            return "";
    }
}

/// The unit of the fourth axis: "s", "ms", "us", "Hz", "ppm", "rad/s", or "" where none is stated.
[[nodiscard]] constexpr const char* nifti_time_unit(std::int64_t xyzt_units) {
    switch (xyzt_units & 0x38) {
        case 8:
            return "s";
        case 16:
            return "ms";
        case 24:
            return "us";
        case 32:
            return "Hz";
        case 40:
            return "ppm";
        case 48:
            return "rad/s";
        default:
            return "";
    }
}

}  // namespace ctnn
