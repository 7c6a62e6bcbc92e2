// SPDX-License-Identifier: MIT
/// \file
/// From the brightness of pixels to the numbers that a network sees.
#pragma once

namespace ctnn {

/// How the pixels of a data set became the numbers that a network saw: x = pixel * factor + shift, pixel in [0, 1].
struct input_scaling {
    double factor = 1;
    double shift = 0;
    constexpr bool operator==(const input_scaling&) const = default;
};

}  // namespace ctnn
