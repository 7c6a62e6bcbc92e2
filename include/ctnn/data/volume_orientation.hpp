// SPDX-License-Identifier: MIT
/// \file
/// Orientation of volumes: which way the axes go in the patient, and turning a volume so that they go another way.
#pragma once

#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "ctnn/core/error.hpp"
#include "ctnn/data/volume.hpp"

namespace ctnn {

/// The directions in which the axes (i, j, k) = (column, row, slice) of a transform grow, out of right, left, anterior,
/// posterior, superior and inferior: "RAS" when columns go to the right, rows to the front and slices to the top.
///
/// Of the six ways to give x, y and z to the axes it is the one with the largest sum of cosines, after shears are taken
/// out. nibabel takes the largest cosine of the first axis, then of the second; that is the same unless an axis lies
/// near the middle between two directions, but there it depends on the order of the axes, so that a volume turned and
/// turned back would not be the same.
/// \returns "" when the transform cannot be inverted
[[nodiscard]] inline std::string orientation(const affine_transform& affine) {
    if (!detail::invertible(affine)) return {};
    const detail::matrix3 r = detail::rotation_of(affine);
    constexpr std::size_t orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    double most = -1;
    std::size_t best = 0;
    for (std::size_t o = 0; o < 6; ++o) {
        double sum = 0;
        for (std::size_t axis = 0; axis < 3; ++axis) {
            const std::size_t row = orders[o][axis];
            // The product decides ties, such as turns by 45 degrees, by what no order or direction of axes changes.
            sum += std::abs(r[row][axis]) + 1e-6 * r[row][axis] * r[(row + 1) % 3][axis];
        }
        if (sum <= most) continue;
        most = sum;
        best = o;
    }
    std::string code;
    for (std::size_t axis = 0; axis < 3; ++axis) {
        const std::size_t row = orders[best][axis];
        code += (r[row][axis] < 0 ? "LPI" : "RAS")[row];
    }
    return code;
}

template <class T>
[[nodiscard]] std::string orientation(const basic_volume<T>& v) {
    return orientation(v.grid.affine);
}

namespace detail {

/// Which of x, y and z a letter names, and in which direction. \returns false for another letter
[[nodiscard]] inline bool direction_of(char letter, std::size_t& axis, bool& positive) {
    const std::string up = "RAS", down = "LPI";
    positive = up.find(letter) != std::string::npos;
    axis = positive ? up.find(letter) : down.find(letter);
    return axis != std::string::npos;
}

}  // namespace detail

/// The same voxels in another order, so that the axes (column, row, slice) go as the code says: "RAS", "LPS" or any
/// other of the 48. No value changes; the transform follows, so every voxel stays at its place in the patient.
///
/// Refuses with invalid_argument a code that does not name the three directions once each, and a volume whose
/// transform cannot be inverted.
template <class T>
[[nodiscard]] result<basic_volume<T>> reorient(const basic_volume<T>& from, const std::string& code) {
    const std::string now = orientation(from);
    if (now.empty()) return error(error_kind::invalid_argument, "the volume's transform cannot be inverted");
    std::array<std::size_t, 3> source{};     // the new axis n is the old axis source[n] ...
    std::array<bool, 3> flipped{}, named{};  // ... backwards
    for (std::size_t n = 0; n < 3; ++n) {
        std::size_t wanted = 3, have = 3;
        bool wanted_up = false, have_up = false;
        if (code.size() != 3 || !detail::direction_of(code[n], wanted, wanted_up) || std::exchange(named[wanted], true))
            return error(error_kind::invalid_argument,
                         "orientation '" + code + "': one each of R or L, A or P, S or I in any order, such as RAS");
        for (std::size_t axis = 0; axis < 3; ++axis) {
            (void)detail::direction_of(now[axis], have, have_up);
            if (have != wanted) continue;
            source[n] = axis;
            flipped[n] = have_up != wanted_up;
        }
    }

    basic_volume<T> to;
    const std::array<extent, 3> old_size = from.grid.size();
    const std::array<extent, 3> old_step{from.channels, from.channels * from.grid.width,
                                         from.channels * from.grid.width * from.grid.height};
    std::array<extent, 3> size{}, step{};
    extent first = 0;
    affine_transform old_index;  // from new indices to old ones
    old_index.at = {};
    for (std::size_t n = 0; n < 3; ++n) {
        const std::size_t axis = source[n];
        size[n] = old_size[axis];
        step[n] = flipped[n] ? -old_step[axis] : old_step[axis];
        if (flipped[n]) first += (size[n] - 1) * old_step[axis];
        old_index.at[axis][n] = flipped[n] ? -1 : 1;
        old_index.at[axis][3] = flipped[n] ? static_cast<double>(size[n] - 1) : 0;
    }
    to.grid = {size[2], size[1], size[0], compose(from.grid.affine, old_index)};
    to.channels = from.channels;
    to.header = from.header;
    to.extensions = from.extensions;
    to.values.resize(from.values.size());
    std::size_t at = 0;
    for (extent z = 0; z < size[2]; ++z)
        for (extent y = 0; y < size[1]; ++y)
            for (extent x = 0; x < size[0]; ++x) {
                const extent voxel = first + x * step[0] + y * step[1] + z * step[2];
                for (extent c = 0; c < from.channels; ++c)
                    to.values[at++] = from.values[static_cast<std::size_t>(voxel + c)];
            }
    return to;
}

}  // namespace ctnn
