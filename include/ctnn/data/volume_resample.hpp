// SPDX-License-Identifier: MIT
/// \file
/// Volumes on other grids: linear between voxels for images, the nearest voxel for labels.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>

#include "ctnn/core/error.hpp"
#include "ctnn/data/volume.hpp"

namespace ctnn {

namespace detail {

/// Where a coordinate falls on an axis of voxels: between `low` and `low + 1`, `part` of the way.
struct axis_place {
    extent low = 0;
    double part = 0;
    bool inside = false;
};

/// A voxel reaches half a step to both sides; beyond the middle of the outermost one its value goes on. Coordinates
/// closer than 1e-6 to a middle are that middle, so that equal grids copy.
[[nodiscard]] inline axis_place place_on_axis(double at, extent size) {
    const double last = static_cast<double>(size - 1);
    if (!(at >= -0.5 - 1e-6 && at <= last + 0.5 + 1e-6)) return {};
    if (const double middle = std::round(at); std::abs(at - middle) < 1e-6) at = middle;
    at = at < 0 ? 0 : at > last ? last : at;
    const double low = std::floor(at);
    return {static_cast<extent>(low), at - low, true};
}

/// One value between eight voxels; those of weight 0 are not read, so that NaN stays where it is.
template <class T>
[[nodiscard]] T linear_value(const basic_volume<T>& v, const std::array<axis_place, 3>& p, extent channel) {
    double sum = 0;
    for (extent corner = 0; corner < 8; ++corner) {
        const extent dx = corner & 1, dy = (corner >> 1) & 1, dz = corner >> 2;
        const double weight = (dx != 0 ? p[0].part : 1 - p[0].part) * (dy != 0 ? p[1].part : 1 - p[1].part) *
                              (dz != 0 ? p[2].part : 1 - p[2].part);
        if (weight != 0)
            sum += weight * static_cast<double>(v.at(p[2].low + dz, p[1].low + dy, p[0].low + dx, channel));
    }
    return static_cast<T>(sum);
}

}  // namespace detail

/// The volume on another grid: for each of the grid's voxels the value at its place in space, linear for floating
/// types and the nearest voxel for integers (halfway between: the upper); `outside` where the volume has no voxel.
/// Values are not averaged when the grid is coarser.
///
/// Refuses with invalid_argument a transform that cannot be inverted and a grid without voxels, with too_large a
/// result of more than `budget` bytes.
template <class T>
[[nodiscard]] result<basic_volume<T>> resample_to(const basic_volume<T>& from, const volume_grid& grid, T outside = T{},
                                                  std::int64_t budget = default_budget) {
    affine_transform to_index;
    if (!invert(from.grid.affine, to_index) || !detail::invertible(grid.affine))
        return error(error_kind::invalid_argument, "a transform that cannot be inverted has no grid");
    if (grid.depth < 1 || grid.height < 1 || grid.width < 1)
        return error(error_kind::invalid_argument, "a grid has at least one voxel on each axis");
    std::int64_t bytes = 0;
    if (!checked_bytes({grid.depth, grid.height, grid.width, from.channels}, sizeof(T), bytes) || bytes > budget)
        return error(error_kind::too_large, "a grid of " + std::to_string(grid.depth) + " x " +
                                                std::to_string(grid.height) + " x " + std::to_string(grid.width) +
                                                " voxels is beyond the budget of " + std::to_string(budget) + " bytes");
    const affine_transform step = compose(to_index, grid.affine);
    basic_volume<T> to;
    to.grid = grid;
    to.channels = from.channels;
    to.header = from.header;
    to.extensions = from.extensions;
    to.values.assign(static_cast<std::size_t>(grid.positions() * from.channels), outside);
    const std::array<extent, 3> size = from.grid.size();
    std::size_t at = 0;
    for (extent z = 0; z < grid.depth; ++z)
        for (extent y = 0; y < grid.height; ++y)
            for (extent x = 0; x < grid.width; ++x, at += static_cast<std::size_t>(from.channels)) {
                const auto index = step({static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
                std::array<detail::axis_place, 3> p;
                for (std::size_t n = 0; n < 3; ++n) p[n] = detail::place_on_axis(index[n], size[n]);
                if (!p[0].inside || !p[1].inside || !p[2].inside) continue;
                for (extent c = 0; c < from.channels; ++c) {
                    T& value = to.values[at + static_cast<std::size_t>(c)];
                    if constexpr (std::is_floating_point_v<T>) {
                        value = detail::linear_value(from, p, c);
                    } else {
                        const auto closest = [](const detail::axis_place& a) {
                            return a.low + (a.part >= 0.5 - 1e-6 ? 1 : 0);
                        };
                        value = from.at(closest(p[2]), closest(p[1]), closest(p[0]), c);
                    }
                }
            }
    return to;
}

/// The grid with the same axes and another spacing (along width, height and depth) that covers the same box of space:
/// each axis gets the number of voxels that is nearest to its length, at least 1, and the middle of the box stays.
/// Refuses with invalid_argument spacings that are not positive and finite or too fine, and a transform that cannot be
/// inverted.
[[nodiscard]] inline result<volume_grid> with_spacing(const volume_grid& from, const std::array<double, 3>& spacing) {
    if (!detail::invertible(from.affine))
        return error(error_kind::invalid_argument, "the volume's transform cannot be inverted");
    const std::array<double, 3> now = from.affine.spacing();
    const std::array<extent, 3> old_size = from.size();
    std::array<extent, 3> size{};
    volume_grid to;
    for (std::size_t n = 0; n < 3; ++n) {
        const double count = static_cast<double>(old_size[n]) * now[n] / spacing[n];
        if (!(spacing[n] > 0) || !std::isfinite(spacing[n]) || !(count < 1e9))
            return error(error_kind::invalid_argument, "a spacing of " + detail::number_text(spacing[n]) +
                                                           " mm; it is positive, for at most 1e9 voxels");
        size[n] = count < 1 ? 1 : static_cast<extent>(std::round(count));
        for (std::size_t r = 0; r < 3; ++r) to.affine.at[r][n] = from.affine.at[r][n] / now[n] * spacing[n];
    }
    for (std::size_t r = 0; r < 3; ++r) {
        double middle = from.affine.at[r][3];
        for (std::size_t n = 0; n < 3; ++n)
            middle += from.affine.at[r][n] * static_cast<double>(old_size[n] - 1) / 2 -
                      to.affine.at[r][n] * static_cast<double>(size[n] - 1) / 2;
        to.affine.at[r][3] = middle;
    }
    to.width = size[0];
    to.height = size[1];
    to.depth = size[2];
    return to;
}

/// The volume with another spacing (along width, height and depth); see with_spacing() and resample_to().
template <class T>
[[nodiscard]] result<basic_volume<T>> resample_to_spacing(const basic_volume<T>& from,
                                                          const std::array<double, 3>& spacing,
                                                          std::int64_t budget = default_budget) {
    const result<volume_grid> grid = with_spacing(from.grid, spacing);
    if (!grid) return grid.error();
    return resample_to(from, *grid, T{}, budget);
}

}  // namespace ctnn
