// SPDX-License-Identifier: MIT
/// \file
/// Confidence intervals, and the normal distribution that they are read from.
#pragma once

#include <cmath>
#include <limits>

namespace ctnn {

/// An estimate and the interval that holds the truth with a stated confidence.
struct interval {
    double estimate = std::numeric_limits<double>::quiet_NaN();
    double low = std::numeric_limits<double>::quiet_NaN();
    double high = std::numeric_limits<double>::quiet_NaN();
};

namespace detail {

/// The chance that a standard normal number is further from 0 than |z|.
[[nodiscard]] inline double two_sided_chance(double z) { return std::erfc(std::abs(z) / std::sqrt(2.0)); }

/// How many standard deviations around 0 hold this share of a normal distribution: 1.96 for 0.95. Bisection, as it is
/// called once an interval; infinity for 1.
[[nodiscard]] inline double deviations_of(double confidence) {
    if (!(confidence < 1)) return std::numeric_limits<double>::infinity();
    double low = 0, high = 39;  // beyond, erfc is 0
    for (int step = 0; step < 64; ++step) {
        const double middle = 0.5 * (low + high);
        (two_sided_chance(middle) > 1 - confidence ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

}  // namespace detail
}  // namespace ctnn
