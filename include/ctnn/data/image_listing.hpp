// SPDX-License-Identifier: MIT
/// \file
/// Folders of images, a folder a class.
#pragma once

#include <string>
#include <vector>

#include "ctnn/data/class_listing.hpp"

namespace ctnn {

using image_listing = class_listing;
using image_listing_splits = class_listing_splits;

/// list_class_folder() of images: files that end with png, jpg, jpeg, bmp, pnm, pgm or ppm in any case.
[[nodiscard]] inline result<image_listing> list_image_folder(const std::string& root,
                                                             const std::vector<std::string>& class_names = {}) {
    return list_class_folder(root, image_files, class_names);
}

/// list_class_splits() of images.
[[nodiscard]] inline result<image_listing_splits> list_image_splits(const std::string& root, seed start) {
    return list_class_splits(root, image_files, start);
}

}  // namespace ctnn
