// SPDX-License-Identifier: MIT
/// \file
/// How alike two images look: their brightness, contrast and structure around each pixel.
#pragma once

#include <array>
#include <cmath>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/core/text.hpp"

namespace ctnn {
namespace detail {

/// A bell of 11 weights that add up to 1, with a sigma of 1.5.
[[nodiscard]] inline std::array<double, 11> similarity_window() {
    std::array<double, 11> weight{};
    double sum = 0;
    for (std::size_t i = 0; i < 11; ++i) {
        const double away = static_cast<double>(i) - 5;
        sum += weight[i] = std::exp(-away * away / (2 * 1.5 * 1.5));
    }
    for (double& one : weight) one /= sum;
    return weight;
}

/// Weighted means of [depth][height][width], at the places where the whole window lies inside: each axis that is longer
/// than 1 becomes 10 shorter.
[[nodiscard]] inline std::vector<double> window_means(std::vector<double> from, std::array<extent, 3> extents) {
    const std::array<double, 11> weight = similarity_window();
    for (std::size_t axis = 0; axis < 3; ++axis) {
        if (extents[axis] == 1) continue;
        const extent inner = axis == 0 ? extents[1] * extents[2] : axis == 1 ? extents[2] : 1;
        const extent outer = axis == 0 ? 1 : axis == 1 ? extents[0] : extents[0] * extents[1];
        const extent in = extents[axis], out = in - 10;
        std::vector<double> to(static_cast<std::size_t>(outer * out * inner));
        for (extent a = 0; a < outer; ++a)
            for (extent o = 0; o < out; ++o)
                for (extent k = 0; k < 11; ++k) {
                    const double w = weight[static_cast<std::size_t>(k)];
                    const double* row = from.data() + (a * in + o + k) * inner;
                    double* sum = to.data() + (a * out + o) * inner;
                    for (extent i = 0; i < inner; ++i) sum[i] += w * row[i];
                }
        from = std::move(to);
        extents[axis] = out;
    }
    return from;
}

}  // namespace detail

/// The structural similarity (SSIM) of two images or volumes, 1 for equal ones.
///
///     takes      two arrays of the shape `of`, [depth][height][width][channels], whose values span `range`
///     gives      the mean over channels and over all places where a window of 11 pixels a side lies inside, weighted
///                by a bell with a sigma of 1.5; K1 = 0.01, K2 = 0.03, covariances divided by the sum of weights
///     refuses    with invalid_argument an axis of 2 to 10 pixels, and one pixel alone
///
/// Wang et al., "Image quality assessment: from error visibility to structural similarity", 2004; as scikit-image's
/// structural_similarity(gaussian_weights=True, sigma=1.5, use_sample_covariance=False):
/// https://scikit-image.org/docs/stable/api/skimage.metrics.html
/// \pre range above 0
template <class T>
[[nodiscard]] result<double> structural_similarity(const T* found, const T* truth, const dims& of, double range = 1) {
    const std::array<extent, 3> extents{of.depth(), of.height(), of.width()};
    for (const extent axis : extents)
        if (axis != 1 && axis < 11)
            return error(error_kind::invalid_argument,
                         detail::text_of({"structural_similarity: an axis of ", axis,
                                          " pixels, expected at least 11, the side of its window"}));
    if (of.positions() == 1)
        return error(error_kind::invalid_argument, "structural_similarity: one pixel has no structure");
    const double brightness = 0.01 * range * 0.01 * range, contrast = 0.03 * range * 0.03 * range;
    double sum = 0;
    extent places = 0;
    for (extent c = 0; c < of.channels(); ++c) {
        const auto means = [&](const auto& value) {
            std::vector<double> values(static_cast<std::size_t>(of.positions()));
            for (extent i = 0; i < of.positions(); ++i) {
                const extent at = i * of.channels() + c;
                values[static_cast<std::size_t>(i)] =
                    value(static_cast<double>(found[at]), static_cast<double>(truth[at]));
            }
            return detail::window_means(std::move(values), extents);
        };
        const std::vector<double> x = means([](double a, double) { return a; });
        const std::vector<double> y = means([](double, double b) { return b; });
        const std::vector<double> squares = means([](double a, double b) { return a * a + b * b; });
        const std::vector<double> products = means([](double a, double b) { return a * b; });
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double both = x[i] * y[i], own = x[i] * x[i] + y[i] * y[i];
            sum += (2 * both + brightness) * (2 * (products[i] - both) + contrast) /
                   ((own + brightness) * (squares[i] - own + contrast));
        }
        places += static_cast<extent>(x.size());
    }
    return sum / static_cast<double>(places);
}

}  // namespace ctnn
