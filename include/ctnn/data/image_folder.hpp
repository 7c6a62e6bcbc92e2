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
#include "ctnn/data/read_samples.hpp"
#include "ctnn/io/image.hpp"

namespace ctnn {

/// How the images of a data set are read.
struct image_folder_options {
    input_scaling scaling{};                      ///< x = pixel * factor + shift, pixel in [0, 1]
    pipeline preprocessing{};                     ///< what is done to the pixels before that
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
    return detail::read_samples<Input, T>(
        listing, "images", options.budget, skipped, [&](std::size_t i, T* to, std::int32_t*) -> error {
            result<image> picture =
                read_image(listing.files[i], {.channels = dims_of<Input>.channels(), .alpha = options.alpha});
            if (!picture) return picture.error();
            return detail::name_file(listing.files[i], write_image_input<Input>(std::move(*picture), options.scaling,
                                                                                to, options.preprocessing));
        });
}

/// Reads a folder whose subfolders are classes; list_image_folder() and read_images() say what is taken and refused.
///
///     auto train = ctnn::read_image_folder<net::input>("images/train");
template <image_shape Input, class T = float>
[[nodiscard]] result<dataset<Input, T>> read_image_folder(const std::string& root,
                                                          const image_folder_options& options = {},
                                                          std::vector<error>* skipped = nullptr) {
    return detail::catch_out_of_memory(root, [&]() -> result<dataset<Input, T>> {
        result<image_listing> listing = list_image_folder(root);
        if (!listing) return listing.error();
        return read_images<Input, T>(*listing, options, skipped);
    });
}

}  // namespace ctnn
