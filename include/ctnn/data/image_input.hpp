// SPDX-License-Identifier: MIT
/// \file
/// From a picture of any size to the numbers that a network reads: the one way for training, evaluation and prediction.
#pragma once

#include <string>

#include "ctnn/core/input_scaling.hpp"
#include "ctnn/core/pipeline.hpp"
#include "ctnn/data/preprocess/apply.hpp"
#include "ctnn/io/resize.hpp"

namespace ctnn {

/// Shapes that a picture can be brought to: shape<H, W, 1> is gray, shape<H, W, 3> color.
template <class Input>
concept image_shape = static_shape<Input> && dims_of<Input>
.rank == 3 && (dims_of<Input>.channels() == 1 || dims_of<Input>.channels() == 3);

namespace detail {

/// Does a pipeline to a picture. Refuses a volume as its end.
[[nodiscard]] inline error preprocess_picture(float_image& picture, const pipeline& by) {
    if (by.empty()) return {};
    pixel_extents extents{1, picture.height, picture.width, picture.channels};
    if (error failed = apply(by, extents, picture.values)) return failed;
    picture.height = extents.height;
    picture.width = extents.width;
    if (extents.depth == 1) return {};
    return {error_kind::shape_mismatch, text_of({"pipeline: makes ", extents.depth, " slices of an image"})};
}

/// \pre the channels are those of Input
template <image_shape Input, class T>
[[nodiscard]] error write_values(float_image picture, const input_scaling& scaling, const pipeline& preprocessing,
                                 T* to) {
    if (error failed = preprocess_picture(picture, preprocessing)) return failed;
    const float_image fitted = resize_image(picture, dims_of<Input>.height(), dims_of<Input>.width());
    for (const float value : fitted.values)
        *to++ = static_cast<T>(static_cast<double>(value) * scaling.factor + scaling.shift);
    return {};
}

}  // namespace detail

/// Writes a picture as a network of this input sees it.
///
///     takes    an image of any size, gray or color, whose values run from 0 to its maximum
///     gives    Input::size numbers, [row][column][channel]: x = pixel / maximum * factor + shift, with the pipeline
///              done to pixel / maximum before the image is brought to the network's size
///     converts color to gray by luma(), gray to color by repeating; the size by resize_image(): the mean of the area
///              where the image shrinks, bilinear where it grows; the aspect ratio is not kept
///     refuses  what apply() refuses, and a pipeline that ends with a volume with shape_mismatch; nothing without one
template <image_shape Input, class T>
[[nodiscard]] error write_image_input(image picture, const input_scaling& scaling, T* to,
                                      const pipeline& preprocessing = {}) {
    if constexpr (dims_of<Input>.channels() == 1)
        make_gray(picture);
    else
        make_color(picture);
    return detail::write_values<Input>(to_float(picture), scaling, preprocessing, to);
}

/// The same for a picture of values from 0 to 1. Refuses another number of channels with shape_mismatch.
template <image_shape Input, class T>
[[nodiscard]] error write_image_input(const float_image& picture, const input_scaling& scaling, T* to,
                                      const pipeline& preprocessing = {}) {
    if (picture.channels == dims_of<Input>.channels())
        return detail::write_values<Input>(picture, scaling, preprocessing, to);
    return {error_kind::shape_mismatch,
            detail::text_of(
                {"an image of ", picture.channels, " channels where a network takes ", dims_of<Input>.channels()})};
}

}  // namespace ctnn
