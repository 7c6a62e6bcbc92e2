// SPDX-License-Identifier: MIT
/// \file
/// A curve of a classifier over its thresholds, and the area under it.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

namespace ctnn {

/// Points (x[i], y[i]) with the threshold that leads to each; all three have one length.
struct curve_points {
    std::vector<double> x, y, thresholds;
};

/// The area under the straight lines between the points, as scikit-learn's auc; NaN with fewer than two points.
[[nodiscard]] inline double area_under(const curve_points& curve) {
    if (curve.x.size() < 2) return std::numeric_limits<double>::quiet_NaN();
    double area = 0;
    for (std::size_t i = 1; i < curve.x.size(); ++i)
        area += 0.5 * (curve.x[i] - curve.x[i - 1]) * (curve.y[i] + curve.y[i - 1]);
    return area < 0 ? -area : area;
}

}  // namespace ctnn
