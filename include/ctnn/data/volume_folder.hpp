// SPDX-License-Identifier: MIT
/// \file
/// Data sets from folders of NIfTI volumes, a folder a class.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ctnn/data/read_samples.hpp"
#include "ctnn/data/volume_input.hpp"

namespace ctnn {

/// How the volumes of a data set are read.
struct volume_folder_options {
    volume_preparation preparation{};             ///< orientation, spacing, values from 0 to 1
    input_scaling scaling{};                      ///< x = value * factor + shift
    pipeline preprocessing{};                     ///< in place of the preparation's low and high, before the scaling
    std::int64_t file_budget = default_budget;    ///< bytes of one volume
    std::int64_t budget = std::int64_t{4} << 30;  ///< bytes of the data set in memory
};

/// list_class_folder() of volumes: files that end with .nii, .nii.gz or .hdr.
[[nodiscard]] inline result<class_listing> list_volume_folder(const std::string& root,
                                                              const std::vector<std::string>& class_names = {}) {
    return list_class_folder(root, volume_files, class_names);
}

/// list_class_splits() of volumes.
[[nodiscard]] inline result<class_listing_splits> list_volume_splits(const std::string& root, seed start) {
    return list_class_splits(root, volume_files, start);
}

/// Reads one file as a network of this input sees it; see read_volume() and write_volume_input(). Errors name the file.
template <volume_shape Input, class T>
[[nodiscard]] error read_volume_input(const std::string& file, const volume_folder_options& options, T* to) {
    return detail::catch_out_of_memory(file, [&]() -> error {
        const result<volume> v = read_volume(file, options.file_budget);
        if (!v) return v.error();
        return detail::name_file(
            file, write_volume_input<Input>(*v, options.preparation, options.scaling, to, options.preprocessing));
    });
}

/// Reads the volumes of a listing into a data set.
///
///     gives     inputs by write_volume_input(), labels and class names of the listing, in its order
///     refuses   with too_large more than the budget, before anything is read; otherwise what read_volume_input()
///               refuses. With `skipped`, a file that cannot be read is no failure: it leaves the listing, and its
///               error is appended there; only when no volume is left it is invalid_argument
///
///     auto listing = ctnn::list_volume_folder("volumes/train");
///     auto train = ctnn::read_volumes<net::input>(*listing, {.preparation = {.spacing = {1, 1, 1}}});
template <volume_shape Input, class T = float>
[[nodiscard]] result<dataset<Input, T>> read_volumes(class_listing& listing, const volume_folder_options& options = {},
                                                     std::vector<error>* skipped = nullptr) {
    return detail::read_samples<Input, T>(
        listing, "volumes", options.budget, skipped,
        [&](std::size_t i, T* to, std::int32_t*) { return read_volume_input<Input>(listing.files[i], options, to); });
}

/// Reads a folder whose subfolders are classes; see list_volume_folder() and read_volumes().
template <volume_shape Input, class T = float>
[[nodiscard]] result<dataset<Input, T>> read_volume_folder(const std::string& root,
                                                           const volume_folder_options& options = {},
                                                           std::vector<error>* skipped = nullptr) {
    return detail::catch_out_of_memory(root, [&]() -> result<dataset<Input, T>> {
        result<class_listing> listing = list_volume_folder(root);
        if (!listing) return listing.error();
        return read_volumes<Input, T>(*listing, options, skipped);
    });
}

}  // namespace ctnn
