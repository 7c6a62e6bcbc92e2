// SPDX-License-Identifier: MIT
/// \file
/// Mean, median and Gaussian filters of images and volumes. Each channel is filtered by itself; outside the image lies
/// its mirror image (fill::reflect), and an axis of extent 1 is not filtered: so an image is a volume of one
/// slice.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "ctnn/data/preprocess/pixel_view.hpp"

namespace ctnn {
namespace detail {

[[nodiscard, gnu::cold]] inline error check_window(const char* function, extent size) {
    if (size >= 1 && size <= 99 && size % 2 == 1) return {};
    return {error_kind::invalid_argument,
            text_of({function, ": a window of ", size, ", expected an odd number from 1 to 99"})};
}

/// Replaces each place along an axis by the weighted sum of those around it; `weights` has 2 * radius + 1 numbers.
inline void correlate_axis(const image_view& image, std::size_t axis, const std::vector<double>& weights) {
    const lines_of_axis lines(image.extents, axis);
    if (lines.count == 1) return;
    const extent radius = static_cast<extent>(weights.size()) / 2;
    std::vector<float> line(static_cast<std::size_t>(lines.count + 2 * radius));
    for (extent n = 0; n < lines.lines; ++n) {
        float* first = image.data + lines.start(n);
        for (extent i = -radius; i < lines.count + radius; ++i)
            line[static_cast<std::size_t>(i + radius)] = first[fill_place(i, lines.count, fill::reflect) * lines.step];
        for (extent i = 0; i < lines.count; ++i) {
            double sum = 0;
            for (std::size_t k = 0; k < weights.size(); ++k)
                sum += weights[k] * static_cast<double>(line[static_cast<std::size_t>(i) + k]);
            first[i * lines.step] = static_cast<float>(sum);
        }
    }
}

}  // namespace detail

/// Each pixel becomes the mean of the window of `size` pixels a side around it, in place.
/// Equals scipy.ndimage.uniform_filter(mode="reflect").
/// \returns invalid_argument for an even window or one beyond 99, and for no pixels
[[nodiscard]] inline error mean_filter(const image_view& image, extent size) {
    if (error failed = detail::check_pixels("mean_filter", image.extents, image.data)) return failed;
    if (error failed = detail::check_window("mean_filter", size)) return failed;
    const std::vector<double> weights(static_cast<std::size_t>(size), 1.0 / static_cast<double>(size));
    for (std::size_t axis = 0; axis < 3; ++axis) detail::correlate_axis(image, axis, weights);
    return {};
}

/// Each pixel becomes a mean of those around it, weighted by a Gaussian of standard deviation `sigma` pixels that is
/// cut off at round(4 * sigma) and sums to 1, in place. 0 changes nothing.
/// Equals scipy.ndimage.gaussian_filter(mode="reflect").
/// \returns invalid_argument for a sigma outside 0 to 100, and for no pixels
[[nodiscard]] inline error gaussian_filter(const image_view& image, double sigma) {
    if (error failed = detail::check_pixels("gaussian_filter", image.extents, image.data)) return failed;
    if (error failed = detail::check_between("gaussian_filter", "sigma", sigma, 0, 100)) return failed;
    const extent radius = static_cast<extent>(4 * sigma + 0.5);
    if (radius == 0) return {};
    std::vector<double> weights;
    double sum = 0;
    for (extent i = -radius; i <= radius; ++i) {
        const double distance = static_cast<double>(i) / sigma;
        weights.push_back(std::exp(-0.5 * distance * distance));
        sum += weights.back();
    }
    for (double& weight : weights) weight /= sum;
    for (std::size_t axis = 0; axis < 3; ++axis) detail::correlate_axis(image, axis, weights);
    return {};
}

/// Each pixel becomes the median of the window of `size` pixels a side around it. NaN is ordered nowhere: leave none.
/// Equals scipy.ndimage.median_filter(mode="reflect").
/// \returns invalid_argument for an even window or one beyond 99, for no pixels and for an output in the input's
///          memory, shape_mismatch for one of other extents
[[nodiscard]] inline error median_filter(const const_image_view& from, const image_view& to, extent size) {
    if (error failed = detail::check_pair("median_filter", from, to)) return failed;
    if (error failed = detail::check_window("median_filter", size)) return failed;
    const pixel_extents& e = from.extents;
    const auto radius = [&](extent count) { return count == 1 ? 0 : size / 2; };
    const extent rz = radius(e.depth), ry = radius(e.height), rx = radius(e.width);
    std::vector<float> window;
    window.reserve(static_cast<std::size_t>((2 * rz + 1) * (2 * ry + 1) * (2 * rx + 1)));
    for (extent z = 0; z < e.depth; ++z)
        for (extent y = 0; y < e.height; ++y)
            for (extent x = 0; x < e.width; ++x)
                for (extent c = 0; c < e.channels; ++c) {
                    window.clear();
                    for (extent k = z - rz; k <= z + rz; ++k)
                        for (extent j = y - ry; j <= y + ry; ++j)
                            for (extent i = x - rx; i <= x + rx; ++i)
                                window.push_back(from.at(fill_place(k, e.depth, fill::reflect),
                                                         fill_place(j, e.height, fill::reflect),
                                                         fill_place(i, e.width, fill::reflect), c));
                    const auto middle = window.begin() + static_cast<std::ptrdiff_t>(window.size() / 2);
                    std::nth_element(window.begin(), middle, window.end());
                    to.at(z, y, x, c) = *middle;
                }
    return {};
}

}  // namespace ctnn
