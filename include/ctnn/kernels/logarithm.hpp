// SPDX-License-Identifier: MIT
/// \file
/// The vectorized natural logarithm of 1 + x.
#pragma once

#include <limits>

#include "ctnn/kernels/math.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// (2 artanh(s) / s - 2) / z with z = s^2 in [0, ((sqrt(2) - 1) / (sqrt(2) + 1))^2], from Chebyshev nodes.
template <class T>
struct logarithm_coefficients;

template <>
struct logarithm_coefficients<float> {
    /// Error 3e-9 in the logarithm.
    static constexpr double series[]{0.66666685039575855, 0.39988780566021982, 0.29579949391972785};
};

template <>
struct logarithm_coefficients<double> {
    /// Error 5e-18 in the logarithm.
    static constexpr double series[]{0.66666666666666697, 0.39999999999899504, 0.28571428625975485, 0.2222221113479508,
                                     0.18182889125261722, 0.15331721600556041, 0.14616449685043406};
};

}  // namespace detail

/// ln(1 + x), at most 2 units in the last place off; -0 at -0, -infinity at -1, infinity at infinity, NaN below -1 and
/// at NaN.
///
/// 1 + x is u and what its rounding lost; u = m 2^n with m near 1 takes f = m - 1 + lost 2^-n, which for n = 0 is x
/// itself. With s = f / (2 + f) the rest is ln(1 + f) = 2 artanh(s) = f - s (f - z R(z)), z = s^2.
template <class T>
CTNN_INLINE vec<T> log1p(vec<T> x) {
    using c = detail::coefficients<T>;
    using limits = std::numeric_limits<T>;
    const vec<T> one = T(1), u = one + x, above = u - one, lost = (one - (u - above)) + (x - above);
    vec<T> n;
    const vec<T> m = mantissa(greater_of(vec<T>(limits::min()), u), n);
    const vec<T> scale = power_of_two(-less_of(vec<T>(T(limits::max_exponent - 2)), n));
    const vec<T> f = fma(lost, scale, m - one), s = f / (vec<T>(T(2)) + f), z = s * s;
    const vec<T> rest = fma(-s, f - z * detail::polynomial(z, detail::logarithm_coefficients<T>::series), f);
    const vec<T> low = fma(n, vec<T>(static_cast<T>(c::ln2_low)), rest);
    const vec<T> result = copy_sign(fma(n, vec<T>(static_cast<T>(c::ln2_high)), low), x);
    const vec<T> infinity = limits::infinity(), nan = limits::quiet_NaN();
    return select(x > -one, select(x < infinity, result, x), select(x == -one, -infinity, nan));
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
