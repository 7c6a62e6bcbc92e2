// SPDX-License-Identifier: MIT
/// \file
/// The transforms of Winograd's minimal filtering along one axis: F(2,3) and F(4,3).
#pragma once

#include "ctnn/kernels/simd.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Y = A'[(G g) * (B' d)] gives `Outputs` neighboring outputs y of a correlation with 3 taps g from Outputs + 2 inputs
/// d, with as many products as inputs: the points of interpolation are 0, 1, -1 and infinity, for 4 outputs also 2 and
/// -2. In two dimensions each transform is applied to the columns and then to the rows.
/// Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, https://arxiv.org/abs/1509.09308
template <extent Outputs>
struct winograd_transform;

/// 4 products where a direct correlation needs 6; in two dimensions 16 instead of 36.
template <>
struct winograd_transform<2> {
    /// B' d
    template <class T>
    CTNN_INLINE static void input(const vec<T> (&d)[4], vec<T> (&to)[4]) {
        to[0] = d[0] - d[2];
        to[1] = d[1] + d[2];
        to[2] = d[2] - d[1];
        to[3] = d[1] - d[3];
    }
    /// G g
    template <class T>
    CTNN_INLINE static void weights(const vec<T> (&g)[3], vec<T> (&to)[4]) {
        const vec<T> half = T(0.5), even = (g[0] + g[2]) * half, odd = g[1] * half;
        to[0] = g[0];
        to[1] = even + odd;
        to[2] = even - odd;
        to[3] = g[2];
    }
    /// A' m
    template <class T>
    CTNN_INLINE static void output(const vec<T> (&m)[4], vec<T> (&to)[2]) {
        to[0] = m[0] + m[1] + m[2];
        to[1] = m[1] - m[2] - m[3];
    }
    /// A y: the points of a gradient of the outputs
    template <class T>
    CTNN_INLINE static void output_gradient(const vec<T> (&y)[2], vec<T> (&to)[4]) {
        to[0] = y[0];
        to[1] = y[0] + y[1];
        to[2] = y[0] - y[1];
        to[3] = vec<T>(T(0)) - y[1];
    }
    /// G' m: the gradient of the weights from that of their points
    template <class T>
    CTNN_INLINE static void weights_gradient(const vec<T> (&m)[4], vec<T> (&to)[3]) {
        const vec<T> half = T(0.5), sum = (m[1] + m[2]) * half;
        to[0] = m[0] + sum;
        to[1] = (m[1] - m[2]) * half;
        to[2] = sum + m[3];
    }
};

/// 6 products where a direct correlation needs 12; in two dimensions 36 instead of 144.
template <>
struct winograd_transform<4> {
    template <class T>
    CTNN_INLINE static void input(const vec<T> (&d)[6], vec<T> (&to)[6]) {
        const vec<T> four = T(4), minus_four = T(-4), minus_five = T(-5);
        const vec<T> even = fma(minus_four, d[2], d[4]), odd = fma(minus_four, d[1], d[3]);
        const vec<T> near = d[4] - d[2], far = d[3] - d[1], twice = far + far;
        to[0] = fma(four, d[0], fma(minus_five, d[2], d[4]));
        to[1] = even + odd;
        to[2] = even - odd;
        to[3] = near + twice;
        to[4] = near - twice;
        to[5] = fma(four, d[1], fma(minus_five, d[3], d[5]));
    }
    template <class T>
    CTNN_INLINE static void weights(const vec<T> (&g)[3], vec<T> (&to)[6]) {
        const vec<T> quarter = T(1.0 / 4), sixth = T(-1.0 / 6), twelfth = T(1.0 / 12), small = T(1.0 / 24);
        const vec<T> even = (g[0] + g[2]) * sixth, odd = g[1] * sixth;
        const vec<T> wide = fma(g[0], small, g[2] * vec<T>(T(1.0 / 6))), skew = g[1] * twelfth;
        to[0] = g[0] * quarter;
        to[1] = even + odd;
        to[2] = even - odd;
        to[3] = wide + skew;
        to[4] = wide - skew;
        to[5] = g[2];
    }
    template <class T>
    CTNN_INLINE static void output(const vec<T> (&m)[6], vec<T> (&to)[4]) {
        const vec<T> near = m[1] + m[2], near_odd = m[1] - m[2], far = m[3] + m[4], far_odd = m[3] - m[4];
        to[0] = m[0] + near + far;
        to[1] = fma(vec<T>(T(2)), far_odd, near_odd);
        to[2] = fma(vec<T>(T(4)), far, near);
        to[3] = fma(vec<T>(T(8)), far_odd, near_odd) + m[5];
    }
    template <class T>
    CTNN_INLINE static void output_gradient(const vec<T> (&y)[4], vec<T> (&to)[6]) {
        const vec<T> even = y[0] + y[2], odd = y[1] + y[3], four = T(4);
        const vec<T> wide = fma(four, y[2], y[0]), half_odd = fma(four, y[3], y[1]), wide_odd = half_odd + half_odd;
        to[0] = y[0];
        to[1] = even + odd;
        to[2] = even - odd;
        to[3] = wide + wide_odd;
        to[4] = wide - wide_odd;
        to[5] = y[3];
    }
    template <class T>
    CTNN_INLINE static void weights_gradient(const vec<T> (&m)[6], vec<T> (&to)[3]) {
        const vec<T> near = (m[1] + m[2]) * vec<T>(T(-1.0 / 6)), near_odd = (m[1] - m[2]) * vec<T>(T(-1.0 / 6));
        const vec<T> far = m[3] + m[4], far_odd = m[3] - m[4];
        to[0] = fma(m[0], vec<T>(T(1.0 / 4)), fma(far, vec<T>(T(1.0 / 24)), near));
        to[1] = fma(far_odd, vec<T>(T(1.0 / 12)), near_odd);
        to[2] = fma(far, vec<T>(T(1.0 / 6)), near) + m[5];
    }
};

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
