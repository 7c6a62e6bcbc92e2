// SPDX-License-Identifier: MIT
/// \file
/// Resizing of images as numbers.
#pragma once

#include <vector>

#include "ctnn/io/image_types.hpp"

namespace ctnn {
namespace detail {

/// Where an output position reads along one axis: two neighbors and the weight of the second.
struct bilinear_tap {
    extent first = 0, second = 0;
    float weight = 0;
};

/// Half-pixel centers: source = (o + 0.5) * in / out - 0.5, clamped to the first pixel, the neighbor to the last.
inline std::vector<bilinear_tap> bilinear_taps(extent in, extent out) {
    std::vector<bilinear_tap> taps(static_cast<std::size_t>(out));
    const float scale = static_cast<float>(in) / static_cast<float>(out);
    for (extent o = 0; o < out; ++o) {
        float source = (static_cast<float>(o) + 0.5f) * scale - 0.5f;
        if (source < 0) source = 0;
        extent first = static_cast<extent>(source);
        if (first > in - 1) first = in - 1;
        taps[static_cast<std::size_t>(o)] = {first, first < in - 1 ? first + 1 : first,
                                             source - static_cast<float>(first)};
    }
    return taps;
}

}  // namespace detail

/// Bilinear resizing without antialiasing: equals PyTorch's interpolate(mode="bilinear", align_corners=False) up to
/// rounding. Good for enlarging; when shrinking by more than 2 it skips pixels: take resize_area().
/// https://pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html
/// \pre sizes of at least 1
[[nodiscard]] inline float_image resize_bilinear(const float_image& from, extent height, extent width) {
    if (from.height == height && from.width == width) return from;
    const extent c = from.channels;
    float_image to{height, width, c, std::vector<float>(static_cast<std::size_t>(height * width * c))};
    const auto rows = detail::bilinear_taps(from.height, height), columns = detail::bilinear_taps(from.width, width);
    float* out = to.values.data();
    for (const detail::bilinear_tap& row : rows) {
        const float* above = from.values.data() + row.first * from.width * c;
        const float* below = from.values.data() + row.second * from.width * c;
        for (const detail::bilinear_tap& column : columns) {
            const extent left = column.first * c, right = column.second * c;
            for (extent k = 0; k < c; ++k) {
                const float upper = above[left + k] * (1 - column.weight) + above[right + k] * column.weight;
                const float lower = below[left + k] * (1 - column.weight) + below[right + k] * column.weight;
                *out++ = upper * (1 - row.weight) + lower * row.weight;
            }
        }
    }
    return to;
}

namespace detail {

/// Resizes one axis by area: (outer, in, inner) to (outer, out, inner). Output o covers [o * in / out, (o + 1) * in /
/// out); in units of 1 / out of a pixel all bounds are integers, so weights are exact.
inline std::vector<float> area_axis(const std::vector<float>& from, extent outer, extent in, extent out, extent inner) {
    std::vector<float> to(static_cast<std::size_t>(outer * out * inner), 0.0f);
    for (extent a = 0; a < outer; ++a) {
        for (extent o = 0; o < out; ++o) {
            float* sum = to.data() + (a * out + o) * inner;
            const extent begin = o * in, end = begin + in;
            for (extent i = begin / out; i * out < end; ++i) {
                const extent low = i * out > begin ? i * out : begin, high = (i + 1) * out < end ? (i + 1) * out : end;
                const float weight = static_cast<float>(high - low) / static_cast<float>(in);
                const float* pixel = from.data() + (a * in + i) * inner;
                for (extent k = 0; k < inner; ++k) sum[k] += weight * pixel[k];
            }
        }
    }
    return to;
}

}  // namespace detail

/// Resizing by area: each output pixel is the mean of the rectangle of the source that it covers, parts of pixels
/// counted by their part. The choice for shrinking, as no pixel is skipped; keeps the image's mean exactly. With
/// whole factors it equals average pooling. \pre sizes of at least 1
[[nodiscard]] inline float_image resize_area(const float_image& from, extent height, extent width) {
    float_image to{height, width, from.channels, from.values};
    if (from.width != width) to.values = detail::area_axis(to.values, from.height, from.width, width, from.channels);
    if (from.height != height) to.values = detail::area_axis(to.values, 1, from.height, height, width * from.channels);
    return to;
}

/// By area where an axis shrinks, then bilinear where one grows: what a data set of mixed sizes wants.
/// \pre sizes of at least 1
[[nodiscard]] inline float_image resize_image(const float_image& from, extent height, extent width) {
    const extent h = height < from.height ? height : from.height, w = width < from.width ? width : from.width;
    return resize_bilinear(resize_area(from, h, w), height, width);
}

}  // namespace ctnn
