// SPDX-License-Identifier: MIT
/// \file
/// From a picture of any size to the numbers that a network reads: the one way for training, evaluation and prediction.
#pragma once

#include <string>

#include "ctnn/core/input_scaling.hpp"
#include "ctnn/io/resize.hpp"

namespace ctnn {

/// Shapes that a picture can be brought to: shape<H, W, 1> is gray, shape<H, W, 3> color.
template <class Input>
concept image_shape = static_shape<Input> && dims_of<Input>
.rank == 3 && (dims_of<Input>.channels() == 1 || dims_of<Input>.channels() == 3);

namespace detail {

/// \pre the channels are those of Input
template <image_shape Input, class T>
void write_values(const float_image& picture, const input_scaling& scaling, T* to) {
    const float_image fitted = resize_image(picture, dims_of<Input>.height(), dims_of<Input>.width());
    for (const float value : fitted.values)
        *to++ = static_cast<T>(static_cast<double>(value) * scaling.factor + scaling.shift);
}

}  // namespace detail

/// Writes a picture as a network of this input sees it.
///
///     takes    an image of any size, gray or color, whose values run from 0 to its maximum
///     gives    Input::size numbers, [row][column][channel]: x = pixel / maximum * factor + shift
///     converts color to gray by luma(), gray to color by repeating; the size by resize_image(): the mean of the area
///              where the image shrinks, bilinear where it grows; the aspect ratio is not kept
template <image_shape Input, class T>
void write_image_input(image picture, const input_scaling& scaling, T* to) {
    if constexpr (dims_of<Input>.channels() == 1)
        make_gray(picture);
    else
        make_color(picture);
    detail::write_values<Input>(to_float(picture), scaling, to);
}

}  // namespace ctnn
