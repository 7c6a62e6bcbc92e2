// SPDX-License-Identifier: MIT
/// \file
/// The bytes of NIfTI headers: every field in its place, in both byte orders, to and from numbers.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>

#include "ctnn/core/error.hpp"
#include "ctnn/io/bytes.hpp"
#include "ctnn/io/nifti_header.hpp"

namespace ctnn {
namespace detail {

/// Names every field in the order of the file: fields(stored type, member) for numbers, fields(member) for text. One
/// list for reading and writing. `Header` is nifti_header, const or not.
template <class Header, class Fields>
void visit_nifti1(Header& h, Fields& fields) {
    fields(h.data_type);
    fields(h.db_name);
    fields(std::int32_t{}, h.extents);
    fields(std::int16_t{}, h.session_error);
    fields(std::uint8_t{}, h.regular);
    fields(std::uint8_t{}, h.dim_info);
    for (auto& d : h.dim) fields(std::int16_t{}, d);
    fields(float{}, h.intent_p1);
    fields(float{}, h.intent_p2);
    fields(float{}, h.intent_p3);
    fields(std::int16_t{}, h.intent_code);
    fields(std::int16_t{}, h.datatype);
    fields(std::int16_t{}, h.bitpix);
    fields(std::int16_t{}, h.slice_start);
    for (auto& p : h.pixdim) fields(float{}, p);
    fields(float{}, h.vox_offset);
    fields(float{}, h.scl_slope);
    fields(float{}, h.scl_inter);
    fields(std::int16_t{}, h.slice_end);
    fields(std::uint8_t{}, h.slice_code);
    fields(std::uint8_t{}, h.xyzt_units);
    fields(float{}, h.cal_max);
    fields(float{}, h.cal_min);
    fields(float{}, h.slice_duration);
    fields(float{}, h.toffset);
    fields(std::int32_t{}, h.glmax);
    fields(std::int32_t{}, h.glmin);
    fields(h.descrip);
    fields(h.aux_file);
    fields(std::int16_t{}, h.qform_code);
    fields(std::int16_t{}, h.sform_code);
    for (auto* q : {&h.quatern_b, &h.quatern_c, &h.quatern_d}) fields(float{}, *q);
    for (auto* q : {&h.qoffset_x, &h.qoffset_y, &h.qoffset_z}) fields(float{}, *q);
    for (auto* row : {&h.srow_x, &h.srow_y, &h.srow_z})
        for (auto& value : *row) fields(float{}, value);
    fields(h.intent_name);
}

template <class Header, class Fields>
void visit_nifti2(Header& h, Fields& fields) {
    fields(std::int16_t{}, h.datatype);
    fields(std::int16_t{}, h.bitpix);
    for (auto& d : h.dim) fields(std::int64_t{}, d);
    fields(double{}, h.intent_p1);
    fields(double{}, h.intent_p2);
    fields(double{}, h.intent_p3);
    for (auto& p : h.pixdim) fields(double{}, p);
    fields(std::int64_t{}, h.vox_offset);
    fields(double{}, h.scl_slope);
    fields(double{}, h.scl_inter);
    fields(double{}, h.cal_max);
    fields(double{}, h.cal_min);
    fields(double{}, h.slice_duration);
    fields(double{}, h.toffset);
    fields(std::int64_t{}, h.slice_start);
    fields(std::int64_t{}, h.slice_end);
    fields(h.descrip);
    fields(h.aux_file);
    fields(std::int32_t{}, h.qform_code);
    fields(std::int32_t{}, h.sform_code);
    for (auto* q : {&h.quatern_b, &h.quatern_c, &h.quatern_d}) fields(double{}, *q);
    for (auto* q : {&h.qoffset_x, &h.qoffset_y, &h.qoffset_z}) fields(double{}, *q);
    for (auto* row : {&h.srow_x, &h.srow_y, &h.srow_z})
        for (auto& value : *row) fields(double{}, value);
    fields(std::int32_t{}, h.slice_code);
    fields(std::int32_t{}, h.xyzt_units);
    fields(std::int32_t{}, h.intent_code);
    fields(h.intent_name);
    fields(std::uint8_t{}, h.dim_info);
    fields(h.unused_str);
}

/// The unsigned integer of the same size.
template <class T>
using bits_of =
    std::conditional_t<sizeof(T) == 1, std::uint8_t,
                       std::conditional_t<sizeof(T) == 2, std::uint16_t,
                                          std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>>;

/// A number of any plain type from bytes in either order. \pre at points to sizeof(T) bytes
template <class T>
[[nodiscard]] T load_number(const unsigned char* at, bool big_endian) {
    const auto bits = big_endian ? load_big<bits_of<T>>(at) : load_little<bits_of<T>>(at);
    return std::bit_cast<T>(bits);
}

/// Takes the fields from bytes. \pre as many bytes as the fields have
class nifti_field_reader {
public:
    nifti_field_reader(const unsigned char* at, bool big_endian) : at_(at), big_endian_(big_endian) {}

    template <class Stored, class Member>
    void operator()(Stored, Member& member) {
        member = static_cast<Member>(load_number<Stored>(at_, big_endian_));
        at_ += sizeof(Stored);
    }
    template <std::size_t Length>
    void operator()(nifti_text<Length>& text) {
        std::memcpy(text.data(), at_, Length);
        at_ += Length;
    }

private:
    const unsigned char* at_;
    bool big_endian_;
};

/// Appends the fields to bytes; remembers the first number that its place cannot hold.
class nifti_field_writer {
public:
    nifti_field_writer(byte_vector& to, bool big_endian) : to_(&to), big_endian_(big_endian) {}

    template <class Stored, class Member>
    void operator()(Stored, const Member& member) {
        if constexpr (std::is_integral_v<Stored>) {
            // A double is compared first: 2^63, the first that no integer holds, is exact. An integer must not become
            // one: the largest would round up to 2^63.
            bool small = true;
            if constexpr (!std::is_integral_v<Member>) small = member >= -0x1p63 && member < 0x1p63;
            const std::int64_t value = small ? static_cast<std::int64_t>(member) : 0;
            if (!small || value < static_cast<std::int64_t>(std::numeric_limits<Stored>::min()) ||
                value > static_cast<std::int64_t>(std::numeric_limits<Stored>::max()))
                fits_ = false;
            append(static_cast<Stored>(value));
        } else {
            const Stored value = static_cast<Stored>(member);
            if (std::isfinite(member) && !std::isfinite(value)) fits_ = false;
            append(value);
        }
    }
    template <std::size_t Length>
    void operator()(const nifti_text<Length>& text) {
        to_->insert(to_->end(), text.begin(), text.end());
    }
    template <class Stored>
    void append(Stored value) {
        const auto bits = std::bit_cast<bits_of<Stored>>(value);
        constexpr std::size_t size = sizeof(Stored);
        for (std::size_t i = 0; i < size; ++i) {
            const std::size_t shift = 8 * (big_endian_ ? size - 1 - i : i);
            to_->push_back(static_cast<unsigned char>((std::uint64_t{bits} >> shift) & 0xffU));
        }
    }
    [[nodiscard]] bool fits() const { return fits_; }

private:
    byte_vector* to_;
    bool big_endian_;
    bool fits_ = true;
};

/// What stands in NIfTI-2's first bytes behind its size: a name, and bytes that a transfer as text would change.
inline constexpr char nifti2_magic[9] = "n+2\0\r\n\x1a\n";
inline constexpr char nifti2_pair_magic[9] = "ni2\0\r\n\x1a\n";

/// Appends a header of 348 or 540 bytes. Refuses with invalid_argument numbers that the version's fields cannot hold.
[[nodiscard]] inline error append_nifti_header(byte_vector& to, const nifti_header& h, const std::string& file) {
    nifti_field_writer fields(to, h.big_endian);
    fields.append(static_cast<std::int32_t>(h.header_bytes()));
    if (h.version == 1) {
        visit_nifti1(h, fields);
        const char* magic = h.pair ? "ni1" : "n+1";
        to.insert(to.end(), magic, magic + 4);
    } else {
        const char* magic = h.pair ? nifti2_pair_magic : nifti2_magic;
        to.insert(to.end(), magic, magic + 8);
        visit_nifti2(h, fields);
    }
    if (!fields.fits())
        return {error_kind::invalid_argument, file,
                "a number of the header does not fit NIfTI-" + std::to_string(h.version) +
                    (h.version == 1 ? " (NIfTI-2 has wider fields)" : "")};
    return {};
}

}  // namespace detail
}  // namespace ctnn
