// SPDX-License-Identifier: MIT
/// \file
/// Writing NIfTI files: the header's fields as they stand, plain or packed, crash-safe.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/io/file.hpp"
#include "ctnn/io/gzip.hpp"
#include "ctnn/io/nifti.hpp"

namespace ctnn {

/// The bytes of a NIfTI file or pair.
struct nifti_content {
    byte_vector header;  ///< of a .hdr file; of a single file all of it
    byte_vector voxels;  ///< of an .img file; of a single file empty
};

/// An image of numbers, one a voxel: `voxels` of shape (..., depth, height, width), placed by a transform that has the
/// code 2 ("aligned"), millimeters. Version 1, or 2 where an axis is longer than 32767.
/// \pre 1 to 7 axes, each at least 1
[[nodiscard]] inline nifti_image make_nifti(array voxels, const affine_transform& affine = {}) {
    nifti_image image;
    nifti_header& h = image.header;
    h.dim[0] = static_cast<std::int64_t>(voxels.shape.size());
    for (std::size_t i = 0; i < voxels.shape.size() && i < 7; ++i) {
        h.dim[i + 1] = voxels.shape[voxels.shape.size() - 1 - i];
        if (h.dim[i + 1] > 32767) h.version = 2;
    }
    const nifti_type type = nifti_type_of(voxels.type);
    h.datatype = static_cast<std::int64_t>(type);
    h.bitpix = 8 * nifti_type_of(type).bytes;
    h.xyzt_units = 2;
    h.set_affine(affine, 2);
    image.voxels = std::move(voxels);
    return image;
}

/// The content of the file, or with `pair` of the two files: every field as it stands in the header, in its version
/// and byte order, except vox_offset, which is the first possible place behind the extensions (0 in a pair).
///
/// Refuses with invalid_argument a header that does not describe the voxels (axes, type, bits), a version other than 1
/// and 2, and numbers that the version's fields cannot hold; and, as the reader does, with not_finite or corrupt an
/// intercept or a transform in use that is none.
[[nodiscard]] inline result<nifti_content> format_nifti(const nifti_image& image, bool pair = false,
                                                        const std::string& file = {}) {
    return detail::catch_out_of_memory(file, [&]() -> result<nifti_content> {
        nifti_header h = image.header;
        h.pair = pair;
        const auto refuse = [&](const std::string& why) { return error(error_kind::invalid_argument, file, why); };
        const nifti_type_entry* type = find_nifti_type(h.datatype);
        if (h.version != 1 && h.version != 2) return refuse("NIfTI has the versions 1 and 2");
        if (h.dim[0] < 1 || h.dim[0] > 7) return refuse("a NIfTI file has 1 to 7 axes");
        if (type == nullptr || !type->readable || h.bitpix != 8 * type->bytes)
            return refuse("datatype or bitpix is none that is written");
        std::int64_t bytes = 0;
        if (detail::voxel_shape(h, type->channels) != image.voxels.shape ||
            (image.voxels.type != type->element &&
             !(image.voxels.type == element_type::boolean && type->element == element_type::u1)) ||
            !checked_bytes(image.voxels.shape, element_size(type->element), bytes) || bytes < 1 ||
            bytes != static_cast<std::int64_t>(image.voxels.bytes.size()))
            return refuse("the header does not describe the voxels");
        detail::checked_nifti numbers;
        numbers.header = h;
        if (error wrong = detail::check_nifti_numbers(file, numbers)) return wrong;
        std::int64_t offset = h.header_bytes() + 4;
        for (const nifti_extension& e : image.extensions)
            offset += (static_cast<std::int64_t>(e.content.size()) + 8 + 15) / 16 * 16;
        h.vox_offset = h.pair ? 0 : static_cast<double>(offset);
        if (h.version == 1 && static_cast<double>(static_cast<float>(h.vox_offset)) != h.vox_offset)
            return refuse("extensions of more than 16 MiB need NIfTI-2");

        nifti_content to;
        to.header.reserve(static_cast<std::size_t>(h.pair ? offset : offset + bytes));
        if (error wrong = detail::append_nifti_header(to.header, h, file)) return wrong;
        // A .hdr file without extensions ends with its header.
        if (!h.pair || !image.extensions.empty())
            if (error wrong = detail::append_nifti_extensions(to.header, image.extensions, h.big_endian, file))
                return wrong;
        if (h.big_endian == (std::endian::native == std::endian::big)) {
            byte_vector& into = h.pair ? to.voxels : to.header;
            into.insert(into.end(), image.voxels.bytes.begin(), image.voxels.bytes.end());
        } else {
            to.voxels = image.voxels.bytes;
            detail::swap_elements(to.voxels, element_size(type->element));
            if (!h.pair) {
                to.header.insert(to.header.end(), to.voxels.begin(), to.voxels.end());
                to.voxels = {};
            }
        }
        return to;
    });
}

/// Writes a NIfTI file, crash-safe; see format_nifti() and write_file(). The name decides: .nii, or .hdr or .img for a
/// pair, each packed if it ends in .gz. Of a pair both files are written beside the old ones before either is replaced;
/// each is replaced in one step, the two are not.
[[nodiscard]] inline error write_nifti(const std::string& path, const nifti_image& image) {
    return detail::catch_out_of_memory(path, [&]() -> error {
        std::string header_file = path, voxel_file;
        const bool pair = detail::pair_names(path, header_file, voxel_file);
        const bool packed = path.ends_with(".gz");
        if (!pair && !path.ends_with(".nii") && !path.ends_with(".nii.gz"))
            return {error_kind::invalid_argument, path, "a NIfTI file is named .nii, .hdr or .img, perhaps with .gz"};
        result<nifti_content> content = format_nifti(image, pair, path);
        if (!content) return content.error();
        for (byte_vector* part : {&content->header, &content->voxels}) {
            if (!packed || (part == &content->voxels && !pair)) continue;
            result<byte_vector> small = gzip(*part, path);
            if (!small) return small.error();
            *part = *std::move(small);
        }
        if (!pair) return write_file(path, content->header);
        detail::replacement_file voxels, header;
        if (error failed = voxels.write(voxel_file, content->voxels)) return failed;
        if (error failed = header.write(header_file, content->header)) return failed;
        if (error failed = voxels.replace()) return failed;
        return header.replace();
    });
}

}  // namespace ctnn
