// SPDX-License-Identifier: MIT
/// \file
/// The header of a NIfTI file: its fields as they are stored, and what they mean by the rules of the standard.
/// https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h, https://nifti.nimh.nih.gov/pub/dist/doc/nifti2.h
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "ctnn/io/nifti_affine.hpp"
#include "ctnn/io/nifti_types.hpp"

namespace ctnn {

/// A text field: as many characters as the file has for it, filled up with zeros.
template <std::size_t Length>
using nifti_text = std::array<char, Length>;

/// The text up to its first zero.
template <std::size_t Length>
[[nodiscard]] std::string to_string(const nifti_text<Length>& text) {
    std::size_t length = 0;
    while (length < Length && text[length] != '\0') ++length;
    return {text.data(), length};
}

/// Sets a text field; what is longer than the field is cut off.
template <std::size_t Length>
void set_text(nifti_text<Length>& field, const std::string& text) {
    field.fill('\0');
    std::memcpy(field.data(), text.data(), text.size() < Length ? text.size() : Length);
}

/// How stored numbers become values: slope * stored + intercept.
struct nifti_scaling {
    double slope = 1, intercept = 0;
    [[nodiscard]] bool identity() const { return slope == 1 && intercept == 0; }
};

/// All fields of NIfTI-1 and NIfTI-2 with the standard's names, as they are stored: what is out of range stays in the
/// field, and the functions below apply the rules, which are nibabel's.
struct nifti_header {
    int version = 1;          ///< 1 or 2
    bool big_endian = false;  ///< the file's byte order
    bool pair = false;        ///< header and voxels are two files, .hdr and .img

    std::array<std::int64_t, 8> dim{3, 1, 1, 1, 1, 1, 1, 1};  ///< number of axes, then extents, first axis fastest
    std::int64_t datatype = static_cast<std::int64_t>(nifti_type::float32);
    std::int64_t bitpix = 32;
    std::array<double, 8> pixdim{1, 1, 1, 1, 1, 1, 1, 1};  ///< qfac, then spacings
    std::int64_t dim_info = 0;
    double intent_p1 = 0, intent_p2 = 0, intent_p3 = 0;
    std::int64_t intent_code = 0;
    nifti_text<16> intent_name{};
    std::int64_t slice_start = 0, slice_end = 0, slice_code = 0;
    double slice_duration = 0, toffset = 0;
    double vox_offset = 0;  ///< the writer computes it anew
    double scl_slope = 1, scl_inter = 0;
    double cal_max = 0, cal_min = 0;
    std::int64_t xyzt_units = 0;
    std::int64_t qform_code = 0, sform_code = 0;
    double quatern_b = 0, quatern_c = 0, quatern_d = 0;
    double qoffset_x = 0, qoffset_y = 0, qoffset_z = 0;
    std::array<double, 4> srow_x{}, srow_y{}, srow_z{};
    nifti_text<80> descrip{};
    nifti_text<24> aux_file{};

    // NIfTI-1 only, left over from the older format.
    nifti_text<10> data_type{};
    nifti_text<18> db_name{};
    std::int64_t extents = 0, session_error = 0, regular = 0, glmax = 0, glmin = 0;
    // NIfTI-2 only.
    nifti_text<15> unused_str{};

    /// Number of axes, 1 to 7.
    [[nodiscard]] extent rank() const { return static_cast<extent>(dim[0]); }
    /// Extents, first axis fastest: (width, height, depth, time, ...).
    [[nodiscard]] std::vector<extent> shape() const { return {dim.begin() + 1, dim.begin() + 1 + rank()}; }
    /// The extent of an axis from 1 on; 1 beyond the rank.
    [[nodiscard]] extent axis(extent i) const {
        return i <= rank() ? static_cast<extent>(dim[static_cast<std::size_t>(i)]) : 1;
    }
    [[nodiscard]] std::int64_t header_bytes() const { return version == 1 ? 348 : 540; }

    /// 1, or -1 for a flipped third axis; other stored values count as 1.
    [[nodiscard]] double qfac() const { return pixdim[0] == -1 ? -1 : 1; }
    /// The spacing of an axis from 1 on: the absolute value, and 1 for what is not finite; 1 also for 0 on the three
    /// axes of space and for axes that the file does not have.
    [[nodiscard]] double spacing(extent i) const {
        if (i > rank()) return 1;
        const double value = pixdim[static_cast<std::size_t>(i)];
        if (!std::isfinite(value) || (i <= 3 && value == 0)) return 1;
        return std::abs(value);
    }
    /// Slope 0 or a slope that is not finite means no scaling.
    [[nodiscard]] nifti_scaling scaling() const {
        if (scl_slope == 0 || !std::isfinite(scl_slope)) return {};
        return {scl_slope, scl_inter};
    }
    /// The code, and 0 for what the standard does not define (0 to 5).
    [[nodiscard]] std::int64_t used_qform_code() const { return qform_code < 0 || qform_code > 5 ? 0 : qform_code; }
    [[nodiscard]] std::int64_t used_sform_code() const { return sform_code < 0 || sform_code > 5 ? 0 : sform_code; }

    /// The transform by the three rows.
    [[nodiscard]] affine_transform sform() const { return {{srow_x, srow_y, srow_z}}; }
    /// The transform by quaternion, spacings and offsets. \returns false for a quaternion longer than 1 (by more than
    /// three times the rounding of the file's type).
    [[nodiscard]] bool qform(affine_transform& to) const {
        const double slack = 3.0 * (version == 1 ? static_cast<double>(std::numeric_limits<float>::epsilon())
                                                 : std::numeric_limits<double>::epsilon());
        std::array<std::array<long double, 3>, 3> rotation{};
        if (!detail::rotation_from_quaternion(quatern_b, quatern_c, quatern_d, slack, rotation)) return false;
        const double offset[3] = {qoffset_x, qoffset_y, qoffset_z};
        // Not spacing(): the standard has three axes of space even in a file of fewer.
        for (std::size_t c = 0; c < 3; ++c) {
            const double stored = pixdim[c + 1];
            const double step = !std::isfinite(stored) || stored == 0 ? 1 : std::abs(stored);
            const double length = c == 2 ? step * qfac() : step;
            for (std::size_t r = 0; r < 3; ++r)
                to.at[r][c] = static_cast<double>(rotation[r][c] * static_cast<long double>(length));
        }
        for (std::size_t r = 0; r < 3; ++r) to.at[r][3] = offset[r];
        return true;
    }
    /// The transform of a file that states none: spacings, first axis to the left, the middle of the volume at 0.
    [[nodiscard]] affine_transform base_transform() const {
        affine_transform a;
        for (std::size_t i = 0; i < 3; ++i) {
            const extent axis_number = static_cast<extent>(i) + 1;
            const double step = i == 0 ? -spacing(axis_number) : spacing(axis_number);
            a.at[i][i] = step;
            a.at[i][3] = -static_cast<double>(axis(axis_number) - 1) / 2 * step;
        }
        return a;
    }
    /// From indices (i, j, k) of the first three axes to millimeters: sform if it has a code, else qform if it has
    /// one, else base_transform(). A quaternion that is none gives base_transform(); the reader refuses such a file.
    [[nodiscard]] affine_transform affine() const {
        if (used_sform_code() != 0) return sform();
        affine_transform a;
        if (used_qform_code() != 0 && qform(a)) return a;
        return base_transform();
    }
    /// What the space of affine() is: the code of sform or qform, or 0.
    [[nodiscard]] std::int64_t space_code() const {
        return used_sform_code() != 0 ? used_sform_code() : used_qform_code();
    }

    /// Sets sform, qform and the spacings to a transform. The qform cannot shear: with shears it is the nearest
    /// rotation and has code 0; so it has, unchanged, for a transform that cannot be inverted.
    void set_affine(const affine_transform& a, std::int64_t code) {
        srow_x = a.at[0];
        srow_y = a.at[1];
        srow_z = a.at[2];
        sform_code = code;
        qform_code = 0;
        if (!detail::invertible(a)) return;
        const std::array<double, 3> length = a.spacing();
        detail::matrix3 r = detail::rotation_of(a);
        double shear = 0;
        for (std::size_t c = 0; c < 3; ++c)
            for (std::size_t row = 0; row < 3; ++row)
                shear = std::fmax(shear, std::abs(a.at[row][c] / length[c] - r[row][c]));
        pixdim[0] = detail::determinant(r) > 0 ? 1 : -1;
        for (std::size_t row = 0; row < 3; ++row) r[row][2] *= pixdim[0];
        const std::array<double, 3> q = detail::quaternion_of(r);
        quatern_b = q[0];
        quatern_c = q[1];
        quatern_d = q[2];
        qoffset_x = a.at[0][3];
        qoffset_y = a.at[1][3];
        qoffset_z = a.at[2][3];
        for (std::size_t c = 0; c < 3; ++c) pixdim[c + 1] = length[c];
        qform_code = shear < 1e-5 ? code : 0;
    }
};

}  // namespace ctnn
