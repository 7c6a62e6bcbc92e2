// SPDX-License-Identifier: MIT
/// \file
/// The one number that makes probabilities honest without changing a choice.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "ctnn/core/shape.hpp"

namespace ctnn {
namespace detail {

/// The first and second derivative of a sample's log loss with respect to the factor b on its logits: the mean logit
/// under softmax(b z) minus the label's, and the variance. One column is a pair of logits (0, z).
template <class T>
inline void add_slopes(const T* z, extent columns, extent label, double b, double& slope, double& curvature) {
    const extent classes = columns == 1 ? 2 : columns;
    const auto logit = [&](extent c) {
        return columns > 1 ? static_cast<double>(z[c]) : c == 0 ? 0.0 : static_cast<double>(z[0]);
    };
    double largest = logit(0), total = 0, mean = 0, square = 0;
    for (extent c = 1; c < classes; ++c) largest = std::max(largest, logit(c));
    for (extent c = 0; c < classes; ++c) {
        const double below = logit(c) - largest, weight = std::exp(b * below);
        total += weight;
        mean += weight * below;
        square += weight * below * below;
    }
    mean /= total;
    slope += mean - (logit(label) - largest);
    curvature += square / total - mean * mean;
}

}  // namespace detail

/// The temperature t for which softmax(logits / t), or sigmoid of a single column, has the lowest log loss. It is found
/// on data that the network was not trained on, and then divides its logits; no choice between classes changes.
///
///     takes      logits [count][columns], or logarithms of softmax's probabilities, which do as well; labels [count],
///                those outside the classes ignored
///     gives      0.01 to 100, its ends where the loss still falls beyond: towards 0 when all is right, upwards when
///                the logits are worse than none. NaN without a label that counts, or with logits that are not finite
///     costs      a dozen passes over the logits, of an exponential each; at most 100
///
/// Guo et al., "On calibration of modern neural networks", ICML 2017, https://arxiv.org/abs/1706.04599
template <class T>
[[nodiscard]] double best_temperature(const T* logits, extent columns, const std::int32_t* labels, extent count) {
    const extent classes = columns == 1 ? 2 : columns;
    extent counted = 0;
    for (extent i = 0; i < count; ++i) {
        if (labels[i] < 0 || labels[i] >= classes) continue;
        ++counted;
        for (extent c = 0; c < columns; ++c)
            if (!std::isfinite(logits[i * columns + c])) return std::numeric_limits<double>::quiet_NaN();
    }
    if (counted == 0) return std::numeric_limits<double>::quiet_NaN();
    // The log loss is convex in b = 1 / t: Newton's steps, halving the bracket where they leave it.
    double low = 0.01, high = 100, b = 1;
    const auto slope_at = [&](double at, double& curvature) {
        double slope = 0;
        curvature = 0;
        for (extent i = 0; i < count; ++i)
            if (labels[i] >= 0 && labels[i] < classes)
                detail::add_slopes(logits + i * columns, columns, labels[i], at, slope, curvature);
        return slope;
    };
    double curvature = 0;
    if (slope_at(low, curvature) >= 0) return 1 / low;
    if (slope_at(high, curvature) <= 0) return 1 / high;
    for (int step = 0; step < 98 && high - low > 1e-14 * high; ++step) {
        const double slope = slope_at(b, curvature);
        if (slope == 0) break;
        (slope < 0 ? low : high) = b;
        const double next = b - slope / curvature;
        const double following = next > low && next < high ? next : 0.5 * (low + high);
        if (std::abs(following - b) <= 1e-15 * b) break;
        b = following;
    }
    return 1 / b;
}

}  // namespace ctnn
