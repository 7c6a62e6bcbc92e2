// SPDX-License-Identifier: MIT
/// \file
/// Clearing what a NIfTI header says about a patient besides the voxels, and voxels that show a face.
///
/// No promise of anonymity: names of files, what is burnt into voxels and the anatomy itself stay.
#pragma once

#include <string>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/data/volume.hpp"

namespace ctnn {

/// Clears the texts descrip, aux_file, intent_name, db_name, data_type and unused_str, and all extensions, which may
/// hold anything, whole DICOM headers among it. Texts count to their last byte: what stands behind a zero goes too.
/// \returns what was cleared, a line each ("descrip: 11 characters"), never the content; empty when there was nothing
[[nodiscard]] inline std::vector<std::string> deidentify(nifti_header& h, std::vector<nifti_extension>& extensions) {
    std::vector<std::string> cleared;
    const auto clear = [&](const char* name, auto& text) {
        std::size_t characters = 0;
        for (const char c : text) characters += c != '\0';
        if (characters > 0) cleared.push_back(std::string(name) + ": " + std::to_string(characters) + " characters");
        text.fill('\0');
    };
    clear("descrip", h.descrip);
    clear("aux_file", h.aux_file);
    clear("intent_name", h.intent_name);
    clear("db_name", h.db_name);
    clear("data_type", h.data_type);
    clear("unused_str", h.unused_str);
    for (const nifti_extension& e : extensions)
        cleared.push_back("extension of code " + std::to_string(e.code) + ": " + std::to_string(e.content.size()) +
                          " bytes");
    extensions.clear();
    return cleared;
}

/// The same for an image.
[[nodiscard]] inline std::vector<std::string> deidentify(nifti_image& image) {
    return deidentify(image.header, image.extensions);
}

/// The same for a volume.
template <class T>
[[nodiscard]] std::vector<std::string> deidentify(basic_volume<T>& v) {
    return deidentify(v.header, v.extensions);
}

/// Clears the header and sets every channel of the voxels to `blank` where the mask is not 0; the report ends with
/// their number. Refuses with shape_mismatch, and changes nothing, a mask with other extents, of several channels, or
/// at another place: a corner that lies farther off than a tenth of a voxel.
template <class T>
[[nodiscard]] result<std::vector<std::string>> deidentify(basic_volume<T>& v, const label_volume& mask, T blank = T{}) {
    if (mask.grid.size() != v.grid.size() || mask.channels != 1)
        return error(error_kind::shape_mismatch, "the mask has other extents than the volume, or several channels");
    if (!same_place(v.grid, mask.grid))
        return error(error_kind::shape_mismatch, "the mask lies at another place than the volume");
    std::vector<std::string> cleared = deidentify(v);
    extent blanked = 0;
    for (std::size_t p = 0; p < mask.values.size(); ++p) {
        if (mask.values[p] == 0) continue;
        ++blanked;
        for (extent c = 0; c < v.channels; ++c)
            v.values[p * static_cast<std::size_t>(v.channels) + static_cast<std::size_t>(c)] = blank;
    }
    cleared.push_back("voxels: " + std::to_string(blanked) + " blanked");
    return cleared;
}

}  // namespace ctnn
