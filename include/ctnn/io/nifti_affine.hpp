// SPDX-License-Identifier: MIT
/// \file
/// Affine transforms from voxels to millimeters, and the quaternions in which NIfTI stores rotations.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

namespace ctnn {

/// Maps voxel indices (i, j, k) to a place in space: row r of `at` is (m_r0, m_r1, m_r2, t_r), and place r is
/// m_r0 i + m_r1 j + m_r2 k + t_r. Space is NIfTI's: x grows to the right, y to the front, z to the top of the
/// patient (RAS), in millimeters unless the header says otherwise.
struct affine_transform {
    std::array<std::array<double, 4>, 3> at{{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}};

    bool operator==(const affine_transform&) const = default;

    /// The place of a (possibly fractional) index.
    [[nodiscard]] std::array<double, 3> operator()(const std::array<double, 3>& index) const {
        std::array<double, 3> place{};
        for (std::size_t r = 0; r < 3; ++r)
            place[r] = at[r][0] * index[0] + at[r][1] * index[1] + at[r][2] * index[2] + at[r][3];
        return place;
    }
    /// The distance between neighbors along i, j and k: the lengths of the columns.
    [[nodiscard]] std::array<double, 3> spacing() const {
        std::array<double, 3> length{};
        for (std::size_t c = 0; c < 3; ++c)
            length[c] = std::sqrt(at[0][c] * at[0][c] + at[1][c] * at[1][c] + at[2][c] * at[2][c]);
        return length;
    }
    [[nodiscard]] bool finite() const {
        for (const auto& row : at)
            for (const double value : row)
                if (!std::isfinite(value)) return false;
        return true;
    }
};

/// The transform that applies `second`, then `first`.
[[nodiscard]] inline affine_transform compose(const affine_transform& first, const affine_transform& second) {
    affine_transform both;
    for (std::size_t r = 0; r < 3; ++r)
        for (std::size_t c = 0; c < 4; ++c) {
            double sum = c == 3 ? first.at[r][3] : 0.0;
            for (std::size_t n = 0; n < 3; ++n) sum += first.at[r][n] * second.at[n][c];
            both.at[r][c] = sum;
        }
    return both;
}

namespace detail {

using matrix3 = std::array<std::array<double, 3>, 3>;

[[nodiscard]] inline matrix3 linear_part(const affine_transform& a) {
    matrix3 m{};
    for (std::size_t r = 0; r < 3; ++r)
        for (std::size_t c = 0; c < 3; ++c) m[r][c] = a.at[r][c];
    return m;
}

/// The matrix of cofactors; its transpose divided by the determinant is the inverse.
[[nodiscard]] inline matrix3 cofactors(const matrix3& m) {
    matrix3 c{};
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j) {
            const std::size_t a = (i + 1) % 3, b = (i + 2) % 3, p = (j + 1) % 3, q = (j + 2) % 3;
            c[i][j] = m[a][p] * m[b][q] - m[a][q] * m[b][p];
        }
    return c;
}

[[nodiscard]] inline double determinant(const matrix3& m) {
    const matrix3 c = cofactors(m);
    return m[0][0] * c[0][0] + m[0][1] * c[0][1] + m[0][2] * c[0][2];
}

/// Is the volume that the columns span, as a part of the box of their lengths, above rounding?
[[nodiscard]] inline bool invertible(const affine_transform& a) {
    if (!a.finite()) return false;
    const std::array<double, 3> length = a.spacing();
    matrix3 m = linear_part(a);
    for (std::size_t c = 0; c < 3; ++c) {
        if (!(length[c] > 0) || !std::isfinite(length[c])) return false;
        for (std::size_t r = 0; r < 3; ++r) m[r][c] /= length[c];
    }
    return std::abs(determinant(m)) > 1e-9;
}

/// The orthogonal matrix that is nearest to m (its polar factor), by Newton's iteration x <- (x + x^-T) / 2, which
/// doubles the number of right digits in each step. \pre m can be inverted; its columns have lengths near 1
[[nodiscard]] inline matrix3 nearest_rotation(matrix3 m) {
    for (int step = 0; step < 100; ++step) {
        const matrix3 c = cofactors(m);
        const double d = m[0][0] * c[0][0] + m[0][1] * c[0][1] + m[0][2] * c[0][2];
        double moved = 0;
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t j = 0; j < 3; ++j) {
                const double next = (m[i][j] + c[i][j] / d) / 2;
                moved += std::abs(next - m[i][j]);
                m[i][j] = next;
            }
        if (moved < 1e-15) break;
    }
    return m;
}

/// The columns of the linear part, each of length 1, made orthogonal. \pre invertible(a)
[[nodiscard]] inline matrix3 rotation_of(const affine_transform& a) {
    matrix3 m = linear_part(a);
    const std::array<double, 3> length = a.spacing();
    for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t r = 0; r < 3; ++r) m[r][c] /= length[c];
    return nearest_rotation(m);
}

/// (b, c, d) of the unit quaternion a + bi + cj + dk with a >= 0 that turns as r does. The largest of the four
/// squares is found first, so that no root is taken of a small difference.
/// \pre r is a rotation: orthogonal, determinant 1
[[nodiscard]] inline std::array<double, 3> quaternion_of(const matrix3& r) {
    const double trace = r[0][0] + r[1][1] + r[2][2];
    const double square[4] = {1 + trace, 1 + 2 * r[0][0] - trace, 1 + 2 * r[1][1] - trace, 1 + 2 * r[2][2] - trace};
    std::size_t largest = 0;
    for (std::size_t i = 1; i < 4; ++i)
        if (square[i] > square[largest]) largest = i;
    const double root = std::sqrt(square[largest]) / 2, part = 0.25 / root;
    double q[4] = {};
    q[largest] = root;
    if (largest == 0) {
        q[1] = (r[2][1] - r[1][2]) * part;
        q[2] = (r[0][2] - r[2][0]) * part;
        q[3] = (r[1][0] - r[0][1]) * part;
    } else {
        const std::size_t x = largest - 1, y = (x + 1) % 3, z = (x + 2) % 3;
        q[0] = (r[z][y] - r[y][z]) * part;
        q[y + 1] = (r[y][x] + r[x][y]) * part;
        q[z + 1] = (r[z][x] + r[x][z]) * part;
    }
    const double sign = q[0] < 0 ? -1 : 1;
    return {sign * q[1], sign * q[2], sign * q[3]};
}

/// The rotation of the unit quaternion a + bi + cj + dk, a >= 0. \returns false when b, c, d are longer than 1 by
/// more than `slack`, the rounding of the file's type. In long double, because a = sqrt(1 - b^2 - c^2 - d^2) loses
/// half the digits near a = 0.
[[nodiscard]] inline bool rotation_from_quaternion(double b, double c, double d, double slack,
                                                   std::array<std::array<long double, 3>, 3>& r) {
    const auto x = static_cast<long double>(b), y = static_cast<long double>(c), z = static_cast<long double>(d);
    const long double rest = 1 - (x * x + y * y + z * z);
    if (!(rest >= -static_cast<long double>(slack))) return false;
    const long double w = rest > 0 ? std::sqrt(rest) : 0;
    const long double s = 2 / (w * w + x * x + y * y + z * z);
    r = {{{1 - (y * y + z * z) * s, (x * y - w * z) * s, (x * z + w * y) * s},
          {(x * y + w * z) * s, 1 - (x * x + z * z) * s, (y * z - w * x) * s},
          {(x * z - w * y) * s, (y * z + w * x) * s, 1 - (x * x + y * y) * s}}};
    return true;
}

}  // namespace detail

/// Finds the transform from places back to indices. \returns false, and leaves `inverse` alone, when there is none.
[[nodiscard]] inline bool invert(const affine_transform& a, affine_transform& inverse) {
    if (!detail::invertible(a)) return false;
    const detail::matrix3 m = detail::linear_part(a), c = detail::cofactors(m);
    const double d = detail::determinant(m);
    affine_transform found;
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j) found.at[i][j] = c[j][i] / d;
        found.at[i][3] = -(found.at[i][0] * a.at[0][3] + found.at[i][1] * a.at[1][3] + found.at[i][2] * a.at[2][3]);
    }
    if (!found.finite()) return false;
    inverse = found;
    return true;
}

}  // namespace ctnn
