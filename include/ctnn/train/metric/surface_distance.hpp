// SPDX-License-Identifier: MIT
/// \file
/// How far the surfaces of two regions lie apart.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "ctnn/train/metric/distance_transform.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// The distances from each surface voxel of one region to the nearest of the other, and back.
///
/// A surface voxel belongs to the region and has a neighbor across a face that does not; the edge of the image counts
/// as outside, as in scipy's binary_erosion. An axis of one voxel has no faces: the surface of an image is its outline.
struct surface_distances {
    std::vector<double> forth, back;  ///< each in increasing order

    /// How far this share of a surface is from the other at most, the larger of both ways: 1 is the Hausdorff distance,
    /// 0.95 what is called HD95. Interpolated linearly, as numpy's percentile; NaN where a region is empty.
    [[nodiscard]] double hausdorff(double share = 1) const {
        return empty() ? nan() : std::max(percentile(forth, share), percentile(back, share));
    }
    /// The mean over the surface voxels of both: the average symmetric surface distance; NaN where a region is empty.
    [[nodiscard]] double average() const {
        if (empty()) return nan();
        double sum = 0;
        for (const std::vector<double>* side : {&forth, &back})
            for (const double distance : *side) sum += distance;
        return sum / static_cast<double>(forth.size() + back.size());
    }
    /// The share of the surface voxels of both that are at most so far from the other surface: the normalized surface
    /// Dice; 0 where one region is empty, NaN where both are.
    [[nodiscard]] double within(double tolerance) const {
        if (forth.empty() && back.empty()) return nan();
        if (empty()) return 0;
        std::ptrdiff_t count = 0;
        for (const std::vector<double>* side : {&forth, &back})
            count += std::upper_bound(side->begin(), side->end(), tolerance) - side->begin();
        return static_cast<double>(count) / static_cast<double>(forth.size() + back.size());
    }

private:
    static constexpr double nan() { return std::numeric_limits<double>::quiet_NaN(); }
    [[nodiscard]] bool empty() const { return forth.empty() || back.empty(); }
    static double percentile(const std::vector<double>& sorted, double share) {
        const double place = share * static_cast<double>(sorted.size() - 1);
        const auto low = static_cast<std::size_t>(place);
        if (low + 1 >= sorted.size()) return sorted.back();
        return sorted[low] + (place - static_cast<double>(low)) * (sorted[low + 1] - sorted[low]);
    }
};

namespace metrics {

/// The part of a grid around what belongs to one of two regions.
struct region_box {
    std::array<extent, 3> first{}, size{};

    template <class Inside>
    region_box(const std::array<extent, 3>& extents, const Inside& inside) {
        std::array<extent, 3> last{-1, -1, -1};
        first = extents;
        extent i = 0;
        for (extent z = 0; z < extents[0]; ++z)
            for (extent y = 0; y < extents[1]; ++y)
                for (extent x = 0; x < extents[2]; ++x, ++i) {
                    if (!inside(i)) continue;
                    const std::array<extent, 3> at{z, y, x};
                    for (std::size_t n = 0; n < 3; ++n) {
                        first[n] = std::min(first[n], at[n]);
                        last[n] = std::max(last[n], at[n]);
                    }
                }
        for (std::size_t n = 0; n < 3; ++n) size[n] = std::max<extent>(last[n] - first[n] + 1, 0);
    }
    [[nodiscard]] extent positions() const { return size[0] * size[1] * size[2]; }
};

/// The surface voxels of a region, inside its box.
template <class Inside>
[[nodiscard]] std::vector<unsigned char> surface_of(const std::array<extent, 3>& extents, const region_box& box,
                                                    const Inside& inside) {
    std::vector<unsigned char> surface(static_cast<std::size_t>(box.positions()));
    const std::array<extent, 3> step{extents[1] * extents[2], extents[2], 1};
    std::size_t to = 0;
    std::array<extent, 3> at{};
    for (at[0] = box.first[0]; at[0] < box.first[0] + box.size[0]; ++at[0])
        for (at[1] = box.first[1]; at[1] < box.first[1] + box.size[1]; ++at[1])
            for (at[2] = box.first[2]; at[2] < box.first[2] + box.size[2]; ++at[2], ++to) {
                const extent i = at[0] * step[0] + at[1] * step[1] + at[2];
                if (!inside(i)) continue;
                for (std::size_t n = 0; n < 3; ++n)
                    if (extents[n] > 1 &&
                        (at[n] == 0 || at[n] + 1 == extents[n] || !inside(i - step[n]) || !inside(i + step[n])))
                        surface[to] = 1;
            }
    return surface;
}

}  // namespace metrics

/// Measures two regions of a grid.
///
///     takes      two functions that say whether voxel i, in the order [slice][row][column], belongs to the region;
///                extents and spacings in that order; an image is one slice
///     gives      distances in the unit of the spacing. Axes are taken to stand at right angles
///
/// Work and memory grow with the box around both regions, 20 bytes a voxel of it, not with the image.
template <class Predicted, class Truth>
[[nodiscard]] surface_distances measure_surfaces(const Predicted& predicted, const Truth& truth,
                                                 const std::array<extent, 3>& extents,
                                                 const std::array<double, 3>& spacing, extent threads = 1) {
    const metrics::region_box box(extents, [&](extent i) { return predicted(i) || truth(i); });
    surface_distances found;
    if (box.positions() == 0) return found;
    const std::vector<unsigned char> first = metrics::surface_of(extents, box, predicted);
    const std::vector<unsigned char> second = metrics::surface_of(extents, box, truth);
    const auto from = [&](const std::vector<unsigned char>& a, const std::vector<unsigned char>& b) {
        const std::vector<double> squares = squared_distances(b.data(), box.size, spacing, threads);
        std::vector<double> distances;
        for (std::size_t i = 0; i < a.size(); ++i)
            if (a[i] != 0) distances.push_back(std::sqrt(squares[i]));
        std::sort(distances.begin(), distances.end());
        return distances;
    };
    found.forth = from(first, second);
    found.back = from(second, first);
    return found;
}

}  // namespace CTNN_BACKEND
}  // namespace ctnn
