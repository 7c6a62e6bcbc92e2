// SPDX-License-Identifier: MIT
/// \file
/// Volumes cut and filled up to the extents that a network takes, and back onto the grid that they came from.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "ctnn/core/error.hpp"
#include "ctnn/data/volume.hpp"

namespace ctnn {

/// Where a grid lies on another: voxel p of the first, along (depth, height, width), is voxel p + shift of the second.
struct volume_placement {
    std::array<extent, 3> from{}, to{};  ///< extents of both
    std::array<extent, 3> shift{};       ///< positive where the second is filled up, negative where it cuts
};

/// The middle of one grid on the middle of the other; where the difference is odd, the larger half comes behind.
[[nodiscard]] constexpr volume_placement centered_placement(const std::array<extent, 3>& from,
                                                            const std::array<extent, 3>& to) {
    volume_placement p{from, to, {}};
    for (std::size_t n = 0; n < 3; ++n) {
        const extent difference = to[n] - from[n];
        p.shift[n] = difference >= 0 ? difference / 2 : -(-difference / 2);
    }
    return p;
}

namespace detail {

/// Copies the voxels that both grids have; with `back`, from the second to the first. Row by row.
template <class T>
void copy_common(const basic_volume<T>& from, basic_volume<T>& to, const volume_placement& p, bool back) {
    std::array<extent, 3> begin{}, end{};
    for (std::size_t n = 0; n < 3; ++n) {
        begin[n] = std::max<extent>(0, -p.shift[n]);
        end[n] = std::min(p.from[n], p.to[n] - p.shift[n]);
    }
    if (begin[2] >= end[2]) return;
    for (extent z = begin[0]; z < end[0]; ++z)
        for (extent y = begin[1]; y < end[1]; ++y) {
            const extent sz = back ? p.shift[0] : 0, sy = back ? p.shift[1] : 0, sx = back ? p.shift[2] : 0;
            const T* row = &from.at(z + sz, y + sy, begin[2] + sx);
            T* place = &to.at(z + p.shift[0] - sz, y + p.shift[1] - sy, begin[2] + p.shift[2] - sx);
            std::copy(row, row + (end[2] - begin[2]) * from.channels, place);
        }
}

}  // namespace detail

/// The volume on the placement's second grid, `fill` where it has no voxel. The transform follows, so every voxel
/// stays at its place in the patient. Refuses with shape_mismatch a volume of other extents than placement.from, with
/// invalid_argument a second grid without voxels, with too_large one of more than `budget` bytes.
template <class T>
[[nodiscard]] result<basic_volume<T>> place(const basic_volume<T>& from, const volume_placement& placement,
                                            T fill = T{}, std::int64_t budget = default_budget) {
    if (from.grid.extents() != placement.from)
        return error(error_kind::shape_mismatch, "the placement is for a volume of other extents");
    const auto [depth, height, width] = placement.to;
    if (depth < 1 || height < 1 || width < 1)
        return error(error_kind::invalid_argument, "a volume has at least one voxel on each axis");
    std::int64_t bytes = 0;
    if (!checked_bytes({depth, height, width, from.channels}, sizeof(T), bytes) || bytes > budget)
        return error(error_kind::too_large, "the volume is beyond the budget of " + std::to_string(budget) + " bytes");
    basic_volume<T> to;
    to.grid = {depth, height, width, from.grid.affine};
    for (std::size_t r = 0; r < 3; ++r)
        for (std::size_t n = 0; n < 3; ++n)
            to.grid.affine.at[r][3] -= from.grid.affine.at[r][n] * static_cast<double>(placement.shift[2 - n]);
    to.channels = from.channels;
    to.header = from.header;
    to.extensions = from.extensions;
    to.values.assign(static_cast<std::size_t>(depth * height * width * from.channels), fill);
    detail::copy_common(from, to, placement, false);
    return to;
}

/// Puts a volume of the placement's second grid back onto the first: voxels that were filled up are dropped, and those
/// that were cut keep the value that `onto` has there. Grid, header and extensions are those of `onto`. Refuses with
/// shape_mismatch volumes of other extents or numbers of channels.
template <class T>
[[nodiscard]] result<basic_volume<T>> place_back(const basic_volume<T>& placed, const volume_placement& placement,
                                                 basic_volume<T> onto) {
    if (placed.grid.extents() != placement.to || onto.grid.extents() != placement.from ||
        placed.channels != onto.channels)
        return error(error_kind::shape_mismatch, "the placement is for volumes of other extents or channels");
    detail::copy_common(placed, onto, placement, true);
    return onto;
}

/// An empty volume of a grid, for place_back(): what a network gives for the voxels of `like`.
template <class T, class Other>
[[nodiscard]] basic_volume<T> blank_like(const basic_volume<Other>& like, extent channels = 1, T fill = T{}) {
    basic_volume<T> to;
    to.grid = like.grid;
    to.channels = channels;
    to.header = like.header;
    to.extensions = like.extensions;
    to.values.assign(static_cast<std::size_t>(like.grid.positions() * channels), fill);
    return to;
}

/// The volume cut and filled up around its middle to the extents of a static shape<D, H, W, C>, whose channels must be
/// the volume's (shape_mismatch). centered_placement() of the two extents leads back; see place_back().
template <static_shape Shape, class T>
[[nodiscard]] result<basic_volume<T>> fit_to(const basic_volume<T>& from, T fill = T{}) {
    constexpr dims d = dims_of<Shape>;
    static_assert(d.rank == 4, "ctnn: a volume's shape is shape<D, H, W, C>");
    if (d.channels() != from.channels)
        return error(error_kind::shape_mismatch, "a volume of " + std::to_string(from.channels) +
                                                     " channels where a network takes " + std::to_string(d.channels()));
    const std::array<extent, 3> to{d.depth(), d.height(), d.width()};
    return place(from, centered_placement(from.grid.extents(), to), fill);
}

}  // namespace ctnn
