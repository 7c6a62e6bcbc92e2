// SPDX-License-Identifier: MIT
/// \file
/// Reading NIfTI files: .nii, .nii.gz and .hdr/.img pairs, NIfTI-1 and NIfTI-2, both byte orders.
///
/// What nibabel reads, this reads with equal numbers and affine; refused are besides: complex numbers and float128 (by
/// name), a `bitpix` that contradicts the type, a file that is longer than its header says, extents below 1 (with
/// them FreeSurfer's -1 for long vectors), and transforms that are not finite.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/io/file.hpp"
#include "ctnn/io/gzip.hpp"
#include "ctnn/io/nifti_checks.hpp"
#include "ctnn/io/nifti_extension.hpp"
#include "ctnn/io/npy.hpp"

namespace ctnn {

/// What a NIfTI file holds.
struct nifti_image {
    nifti_header header;
    std::vector<nifti_extension> extensions;
    /// The numbers as stored, unscaled, in this machine's byte order and in the file's order: the file's first axis
    /// is fastest, so the shape is the header's backwards, (..., depth, height, width), followed by 3 or 4 for RGB24
    /// and RGBA32.
    array voxels;
    /// What was repaired while reading; empty for a clean file.
    std::vector<std::string> warnings;

    /// All values scaled: slope * stored + intercept, computed in double as nibabel does, then converted to T. Colors
    /// are not scaled.
    template <class T>
    [[nodiscard]] std::vector<T> values() const;
};

namespace detail {

/// Turns the bytes of every element around.
inline void swap_elements(byte_vector& bytes, extent element) {
    const auto size = static_cast<std::size_t>(element);
    const auto swap_as = [&]<class Bits>(Bits) {
        for (std::size_t at = 0; at + size <= bytes.size(); at += size) {
            const Bits value = load_big<Bits>(bytes.data() + at);
            for (std::size_t i = 0; i < size; ++i)
                bytes[at + i] = static_cast<unsigned char>((std::uint64_t{value} >> (8 * i)) & 0xffU);
        }
    };
    if (element == 2)
        swap_as(std::uint16_t{});
    else if (element == 4)
        swap_as(std::uint32_t{});
    else if (element == 8)
        swap_as(std::uint64_t{});
}

/// The shape of `nifti_image::voxels`.
[[nodiscard]] inline std::vector<extent> voxel_shape(const nifti_header& h, extent channels) {
    const std::vector<extent> forward = h.shape();
    std::vector<extent> shape(forward.rbegin(), forward.rend());
    if (channels > 1) shape.push_back(channels);
    return shape;
}

/// Compares the length of the file that holds the voxels with what the header promises.
[[nodiscard]] inline error check_nifti_length(const std::string& file, std::int64_t size, const checked_nifti& c) {
    const std::int64_t left = size - c.offset, expected = c.voxels_bytes;  // both offsets are below 2^62
    if (left == expected) return {};
    const std::string found = std::to_string(left < 0 ? 0 : left) + " bytes of voxels";
    return {left < expected ? error_kind::truncated : error_kind::trailing_data, file,
            left < expected ? size : c.offset + expected, found, std::to_string(expected)};
}

/// Makes the image, whose checks are done: `bytes` is the file that holds the voxels, which it moves to its front.
[[nodiscard]] inline nifti_image finish_nifti(checked_nifti&& c, std::vector<nifti_extension>&& extensions,
                                              byte_vector&& bytes) {
    nifti_image image;
    image.voxels.type = c.type->element;
    image.voxels.shape = voxel_shape(c.header, c.type->channels);
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(c.offset));
    if (c.header.big_endian != (std::endian::native == std::endian::big))
        swap_elements(bytes, element_size(c.type->element));
    image.voxels.bytes = std::move(bytes);
    image.header = c.header;
    image.extensions = std::move(extensions);
    image.warnings = std::move(c.warnings);
    return image;
}

/// The checks behind the length, then the extensions in bytes [header, end) of the file with the header.
[[nodiscard]] inline error read_nifti_rest(byte_view b, extent end, const std::string& file, checked_nifti& c,
                                           std::vector<nifti_extension>& extensions) {
    const auto begin = static_cast<extent>(c.header.header_bytes());
    const auto check = [&](std::int32_t, byte_view content) {
        if ((content.size + 8) % 16 != 0)
            c.warnings.push_back("an extension of " + std::to_string(content.size + 8) + " bytes, no multiple of 16");
    };
    if (error wrong = walk_nifti_extensions(b, begin, end, c.header, file, check)) return wrong;
    if (error wrong = check_nifti_numbers(file, c)) return wrong;
    const auto keep = [&](std::int32_t code, byte_view content) {
        extensions.push_back({code, {content.data, content.data + content.size}});
    };
    return walk_nifti_extensions(b, begin, end, c.header, file, keep);
}

/// Unpacks a file with voxels. With `with_header`, its header is checked first; without, that has been done. Nothing
/// is unpacked behind the first byte that the header does not promise.
[[nodiscard]] inline error unpack_nifti(byte_vector& bytes, const std::string& file, bool with_header,
                                        std::int64_t budget, checked_nifti& c) {
#if defined(CTNN_WITH_ZLIB)
    const byte_vector packed = std::move(bytes);
    bytes = {};
    gzip_reader reader(packed, file);
    if (with_header) {
        if (error wrong = reader.fill(bytes, 540)) return wrong;
        if (error wrong = check_nifti_header(bytes, file, false, budget, c)) return wrong;
    }
    std::int64_t whole = 0;
    if (!checked_add(c.offset, c.voxels_bytes, whole) || c.offset > budget || whole > (std::int64_t{1} << 62))
        return {error_kind::too_large, file, "voxels at byte " + std::to_string(c.offset) + " are beyond the budget"};
    if (whole / deflate_ratio > static_cast<std::int64_t>(packed.size()))
        return {error_kind::truncated, file, 0, std::to_string(packed.size()) + " packed bytes",
                "enough for " + std::to_string(whole)};
    return reader.fill(bytes, whole + 1);
#else
    (void)bytes;
    (void)with_header;
    (void)budget;
    (void)c;
    return {error_kind::unsupported, file, 0, "gzip", "a plain file (define CTNN_WITH_ZLIB and link zlib to read it)"};
#endif
}

/// The names of a pair by the name of either: .hdr and .img, each perhaps with .gz behind.
[[nodiscard]] inline bool pair_names(const std::string& path, std::string& header, std::string& voxels) {
    for (const char* packed : {"", ".gz"})
        for (const auto& [first, second] : {std::pair{".hdr", ".img"}, std::pair{".HDR", ".IMG"}})
            for (const char* given : {first, second})
                if (path.ends_with(std::string(given) + packed)) {
                    const std::string stem = path.substr(0, path.size() - 4 - std::strlen(packed));
                    header = stem + first + packed;
                    voxels = stem + second + packed;
                    return true;
                }
    return false;
}

}  // namespace detail

/// Reads the content of a .nii or .nii.gz file; `file` is its name in errors.
///
/// Checks, in this order and before memory is taken: the header's length; its size in one of the byte orders; the
/// name of the format; 1 to 7 axes, each at least 1, their product; the type and its bits; vox_offset; the length of
/// the file; the extensions; slope, intercept and transforms. A packed file is unpacked no further than its header
/// says, and then to the end that shows its checksum. Refuses with too_large voxels of more than `budget` bytes.
[[nodiscard]] inline result<nifti_image> parse_nifti(byte_vector bytes, const std::string& file = {},
                                                     std::int64_t budget = default_budget) {
    return detail::catch_out_of_memory(file, [&]() -> result<nifti_image> {
        detail::checked_nifti c;
        if (is_gzip(bytes)) {
            if (error wrong = detail::unpack_nifti(bytes, file, true, budget, c)) return wrong;
        } else if (error wrong = detail::check_nifti_header(bytes, file, false, budget, c)) {
            return wrong;
        }
        const auto size = static_cast<std::int64_t>(bytes.size());
        if (error wrong = detail::check_nifti_length(file, size, c)) return wrong;
        std::vector<nifti_extension> extensions;
        if (error wrong = detail::read_nifti_rest(bytes, static_cast<extent>(c.offset), file, c, extensions))
            return wrong;
        return detail::finish_nifti(std::move(c), std::move(extensions), std::move(bytes));
    });
}

/// Reads the contents of a .hdr and an .img file; those whose names end in .gz are packed. See parse_nifti().
[[nodiscard]] inline result<nifti_image> parse_nifti_pair(byte_vector header, byte_vector voxels,
                                                          const std::string& header_file = {},
                                                          const std::string& voxel_file = {},
                                                          std::int64_t budget = default_budget) {
    return detail::catch_out_of_memory(header_file, [&]() -> result<nifti_image> {
        detail::checked_nifti c;
        if (header_file.ends_with(".gz")) {
            result<byte_vector> plain = gunzip(header, header_file, budget);
            if (!plain) return plain.error();
            header = *std::move(plain);
        }
        if (error wrong = detail::check_nifti_header(header, header_file, true, budget, c)) return wrong;
        if (voxel_file.ends_with(".gz"))
            if (error wrong = detail::unpack_nifti(voxels, voxel_file, false, budget, c)) return wrong;
        if (error wrong = detail::check_nifti_length(voxel_file, static_cast<std::int64_t>(voxels.size()), c))
            return wrong;
        std::vector<nifti_extension> extensions;
        const auto end = static_cast<extent>(header.size());
        if (error wrong = detail::read_nifti_rest(header, end, header_file, c, extensions)) return wrong;
        return detail::finish_nifti(std::move(c), std::move(extensions), std::move(voxels));
    });
}

/// Reads a NIfTI file of at most `budget` bytes: .nii or .nii.gz, or either file of a pair, whose other is in the same
/// folder and has the same name with .img for .hdr (.hdr.gz and .img.gz likewise). See parse_nifti().
[[nodiscard]] inline result<nifti_image> read_nifti(const std::string& path, std::int64_t budget = default_budget) {
    return detail::catch_out_of_memory(path, [&]() -> result<nifti_image> {
        std::string header_file, voxel_file;
        if (!detail::pair_names(path, header_file, voxel_file)) {
            result<byte_vector> bytes = read_file(path, budget);
            if (!bytes) return bytes.error();
            return parse_nifti(*std::move(bytes), path, budget);
        }
        result<byte_vector> header = read_file(header_file, budget);
        if (!header) return header.error();
        result<byte_vector> voxels = read_file(voxel_file, budget);
        if (!voxels) return voxels.error();
        return parse_nifti_pair(*std::move(header), *std::move(voxels), header_file, voxel_file, budget);
    });
}

template <class T>
std::vector<T> nifti_image::values() const {
    const nifti_type_entry* type = find_nifti_type(header.datatype);
    const nifti_scaling scaling = type != nullptr && type->channels == 1 ? header.scaling() : nifti_scaling{};
    if (scaling.identity()) return voxels.as<T>();
    std::vector<T> to(static_cast<std::size_t>(voxels.size()));
    detail::with_element(voxels.type, [&](auto stored) {
        using stored_type = decltype(stored);
        for (std::size_t i = 0; i < to.size(); ++i) {
            std::memcpy(&stored, voxels.bytes.data() + i * sizeof(stored_type), sizeof(stored_type));
            const double product = static_cast<double>(stored) * scaling.slope;
            to[i] = detail::convert_element<double, T>(product + scaling.intercept);
        }
    });
    return to;
}

}  // namespace ctnn
