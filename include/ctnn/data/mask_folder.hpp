// SPDX-License-Identifier: MIT
/// \file
/// Images with masks: a data set with a label at each pixel. Needs stb_image; to include this file is to ask for it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/data/image_input.hpp"
#include "ctnn/data/read_samples.hpp"
#include "ctnn/io/image.hpp"

namespace ctnn {

/// How images and masks are read.
struct mask_folder_options {
    input_scaling scaling{};                      ///< x = pixel * factor + shift, pixel in [0, 1]
    pipeline preprocessing{};                     ///< what is done to the pixels before that
    transparency alpha = transparency::refuse;    ///< what transparent pixels of images become
    std::vector<extent> values{0, 255};           ///< the gray value of each class in a mask; others are refused
    std::int64_t budget = std::int64_t{4} << 30;  ///< bytes of the data set in memory
};

namespace detail {

/// Writes the class of each pixel, at another size that of the pixel in the middle of each new one:
/// source = floor((o + 0.5) * in / out).
[[nodiscard]] inline error write_mask(const image& mask, const std::string& file, const std::vector<extent>& values,
                                      extent height, extent width, std::int32_t* to) {
    if (mask.channels != 1)
        return {error_kind::unsupported, file, "is a mask in color; the classes of a mask are values of gray"};
    std::vector<std::int32_t> classes;
    for (std::size_t i = 0; i < mask.pixels.size(); ++i) {
        const auto found = std::find(values.begin(), values.end(), static_cast<extent>(mask.pixels[i]));
        if (found == values.end()) {
            const auto at = static_cast<extent>(i);
            std::string all;
            for (const extent value : values) all += (all.empty() ? "" : ", ") + std::to_string(value);
            return {error_kind::corrupt, file, -1,
                    "the value " + std::to_string(mask.pixels[i]) + " in row " + std::to_string(at / mask.width) +
                        ", column " + std::to_string(at % mask.width),
                    "the value of a class: " + all};
        }
        classes.push_back(static_cast<std::int32_t>(found - values.begin()));
    }
    for (extent y = 0; y < height; ++y)
        for (extent x = 0; x < width; ++x) {
            const extent row = (2 * y + 1) * mask.height / (2 * height),
                         column = (2 * x + 1) * mask.width / (2 * width);
            *to++ = classes[static_cast<std::size_t>(row * mask.width + column)];
        }
    return {};
}

}  // namespace detail

/// Reads images and masks of list_label_pairs() into a data set.
///
///     gives     inputs by write_image_input(); labels [sample][row][column], the class of the pixel of the mask that
///               lies in the middle of the network's pixel
///     refuses   with too_large more than the budget, before anything is read; otherwise what read_image() refuses,
///               with shape_mismatch a mask of another size than its image, with unsupported a mask in color, and with
///               corrupt a value that is none of options.values, with its row and column. With `skipped`, such a pair
///               is no failure: it leaves the pairs, and its error is appended there
///
///     auto pairs = ctnn::list_label_pairs("train/images", "train/masks", ctnn::image_files);
///     auto train = ctnn::read_masked_images<net::input>(*pairs);
template <image_shape Input, class T = float>
[[nodiscard]] result<dataset<Input, T>> read_masked_images(label_pairs& pairs, const mask_folder_options& options = {},
                                                           std::vector<error>* skipped = nullptr) {
    return detail::read_samples<Input, T>(
        pairs, "images", options.budget, skipped, [&](std::size_t i, T* inputs, std::int32_t* labels) -> error {
            result<image> picture =
                read_image(pairs.images[i], {.channels = dims_of<Input>.channels(), .alpha = options.alpha});
            if (!picture) return picture.error();
            const result<image> mask = read_image(pairs.labels[i]);
            if (!mask) return mask.error();
            if (mask->height != picture->height || mask->width != picture->width)
                return {error_kind::shape_mismatch, pairs.labels[i],
                        "is " + std::to_string(mask->height) + " x " + std::to_string(mask->width) +
                            " pixels, its image " + std::to_string(picture->height) + " x " +
                            std::to_string(picture->width)};
            if (error failed = detail::write_mask(*mask, pairs.labels[i], options.values, dims_of<Input>.height(),
                                                  dims_of<Input>.width(), labels))
                return failed;
            return detail::name_file(pairs.images[i], write_image_input<Input>(std::move(*picture), options.scaling,
                                                                               inputs, options.preprocessing));
        });
}

}  // namespace ctnn
