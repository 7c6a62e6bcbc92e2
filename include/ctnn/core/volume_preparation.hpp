// SPDX-License-Identifier: MIT
/// \file
/// From the voxels of a file to values from 0 to 1 on a grid of stated spacing.
#pragma once

#include <array>

namespace ctnn {

/// How the volumes of a data set became what a network saw, before input_scaling; saved with the model.
///
///     spacing    of the voxels after the volume has been turned to RAS: to the right, to the front, to the top, in
///                millimeters; all 0: as they are in the file
///     low, high  the values that become 0 and 1, such as -1000 and 400 for a lung in CT; what is outside becomes 0 or
///                1. Equal: the 1st and 99th percentile of each volume, which suits MRI, whose values have no unit
struct volume_preparation {
    std::array<double, 3> spacing{};
    double low = 0, high = 0;

    [[nodiscard]] constexpr bool resamples() const { return !(spacing[0] == 0 && spacing[1] == 0 && spacing[2] == 0); }
    constexpr bool operator==(const volume_preparation&) const = default;
};

}  // namespace ctnn
