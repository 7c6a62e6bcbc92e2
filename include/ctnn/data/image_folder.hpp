// SPDX-License-Identifier: MIT
/// \file
/// Data sets from folders of images. Needs stb_image; to include this file is to ask for it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/data/image_input.hpp"
#include "ctnn/data/image_listing.hpp"
#include "ctnn/io/image.hpp"

namespace ctnn {

/// How the images of a data set are read.
struct image_folder_options {
    input_scaling scaling{};                      ///< x = pixel * factor + shift, pixel in [0, 1]
    transparency alpha = transparency::refuse;    ///< what transparent pixels become
    std::int64_t budget = std::int64_t{4} << 30;  ///< bytes of the data set in memory
};

/// Reads the images of a listing into a data set, resized and gray or color as the network's input says.
///
///     gives     inputs by write_image_input(), labels and class names of the listing, in its order
///     refuses   with too_large more than the budget, before anything is read; otherwise what read_image() refuses,
///               with the name of the file. With `skipped`, a file that cannot be read is no failure: it leaves the
///               listing, and its error is appended there; only when no image is left it is invalid_argument
///
///     auto listing = ctnn::list_image_folder("images/train");
///     auto train = ctnn::read_images<net::input>(*listing, {.scaling = {2, -1}});
template <image_shape Input, class T = float>
[[nodiscard]] result<dataset<Input, T>> read_images(image_listing& listing, const image_folder_options& options = {},
                                                    std::vector<error>* skipped = nullptr) {
    constexpr std::int64_t each = Input::size * static_cast<std::int64_t>(sizeof(T));
    if (listing.size() > options.budget / each)
        return error(error_kind::too_large, std::to_string(listing.size()) + " images of " + std::to_string(each) +
                                                " bytes are more than the budget of " + std::to_string(options.budget));
    dataset<Input, T> data;
    data.class_names = listing.class_names;
    data.inputs.resize(static_cast<std::size_t>(listing.size() * Input::size));
    std::size_t kept = 0;
    for (std::size_t i = 0; i < listing.files.size(); ++i) {
        result<image> picture =
            read_image(listing.files[i], {.channels = dims_of<Input>.channels(), .alpha = options.alpha});
        if (!picture) {
            if (skipped == nullptr) return picture.error();
            skipped->push_back(picture.error());
            continue;
        }
        write_image_input<Input>(std::move(*picture), options.scaling,
                                 data.inputs.data() + static_cast<extent>(kept) * Input::size);
        listing.labels[kept] = listing.labels[i];
        if (kept != i) listing.files[kept] = std::move(listing.files[i]);
        ++kept;
    }
    listing.files.resize(kept);
    listing.labels.resize(kept);
    data.inputs.resize(kept * static_cast<std::size_t>(Input::size));
    data.labels = listing.labels;
    if (kept == 0) return error(error_kind::invalid_argument, "none of the images can be read");
    return data;
}

/// Reads a folder whose subfolders are classes; list_image_folder() and read_images() say what is taken and refused.
///
///     auto train = ctnn::read_image_folder<net::input>("images/train");
template <image_shape Input, class T = float>
[[nodiscard]] result<dataset<Input, T>> read_image_folder(const std::string& root,
                                                          const image_folder_options& options = {},
                                                          std::vector<error>* skipped = nullptr) {
    result<image_listing> listing = list_image_folder(root);
    if (!listing) return listing.error();
    return read_images<Input, T>(*listing, options, skipped);
}

}  // namespace ctnn
