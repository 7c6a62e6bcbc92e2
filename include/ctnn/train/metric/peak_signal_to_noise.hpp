// SPDX-License-Identifier: MIT
/// \file
/// How near an image is to what it should be, in decibels.
#pragma once

#include <cmath>
#include <limits>

#include "ctnn/core/shape.hpp"

namespace ctnn {

/// The peak signal-to-noise ratio 10 log10(range^2 / mean squared error), in dB; infinity where nothing differs.
///
///     takes      two arrays of `count` numbers whose values span `range`, such as 1 for pixels from 0 to 1
///
/// As scikit-image's peak_signal_noise_ratio:
/// https://scikit-image.org/docs/stable/api/skimage.metrics.html
/// \pre count >= 1, range above 0
template <class T>
[[nodiscard]] double peak_signal_to_noise(const T* found, const T* truth, extent count, double range = 1) {
    double sum = 0;
    for (extent i = 0; i < count; ++i) {
        const double apart = static_cast<double>(found[i]) - static_cast<double>(truth[i]);
        sum += apart * apart;
    }
    if (sum == 0) return std::numeric_limits<double>::infinity();
    return 10 * std::log10(range * range * static_cast<double>(count) / sum);
}

}  // namespace ctnn
