// SPDX-License-Identifier: MIT
/// \file
/// Vectorized elementary functions with stated error bounds: exp, tanh, sigmoid.
#pragma once

#include "ctnn/kernels/simd.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// c[0] + c[1] z + c[2] z^2 + ..., the even and the odd powers each by Horner's rule in z^2: as many operations as in
/// one chain, but half as long, so that more vectors are at work in the processor's window.
template <class T, unsigned long Count>
CTNN_INLINE vec<T> polynomial(vec<T> z, const double (&c)[Count]) {
    const vec<T> square = z * z;
    vec<T> last = static_cast<T>(c[Count - 1]), other = static_cast<T>(c[Count - 2]);
    for (unsigned long i = Count - 2; i-- > 0;) {
        const vec<T> next = fma(last, square, vec<T>(static_cast<T>(c[i])));
        last = other;
        other = next;
    }
    return fma(last, z, other);
}

/// The coefficients interpolate at the Chebyshev nodes of the interval given for each; computed with 60 digits.
template <class T>
struct coefficients;

template <>
struct coefficients<float> {
    /// (e^r - 1 - r) / r^2 for |r| <= ln(2) / 2; error 7e-8, which r^2 makes 8e-9 in e^r.
    static constexpr double exponential[]{0.5, 0.16666576989698775, 0.041666554617204574, 0.008363179052722578,
                                          0.0013926183587713494};
    /// (tanh(x) / x - 1) / z with z = x^2 in [0, 0.625^2]; error 2e-9.
    static constexpr double hyperbolic[]{-0.3333333317214036, 0.1333330355691574,    -0.053959259577204544,
                                         0.02176891865102821, -0.008343945515839153, 0.002292744816178142};
    /// ln(2) in two parts, the first so short that its product with an exponent is exact.
    static constexpr double ln2_high = 0.693359375, ln2_low = -0.00021219444005469057;
    /// Beyond these exp is infinity, or rounds to zero.
    static constexpr double exp_high = 89, exp_low = -104;
    /// And within this on both sides it is a normal number.
    static constexpr double exp_moderate = 87;
};

template <>
struct coefficients<double> {
    /// As for float; error 1.4e-18.
    static constexpr double exponential[]{0.5,
                                          0.1666666666666667,
                                          0.04166666666666667,
                                          0.008333333333326136,
                                          0.0013888888888883748,
                                          0.00019841269874820627,
                                          2.4801587325547743e-05,
                                          2.7557255400206422e-06,
                                          2.75572736431103e-07,
                                          2.5105217004720745e-08,
                                          2.0914686968086876e-09};
    /// As for float; error 1.5e-19.
    static constexpr double hyperbolic[]{-0.3333333333333333,    0.13333333333333322,    -0.0539682539682359,
                                         0.021869488535133222,   -0.008863235499801992,  0.003592127507599252,
                                         -0.0014558283998303246, 0.0005899818158388232,  -0.00023888944636751174,
                                         9.604109157026265e-05,  -3.708106921544234e-05, 1.2209921790162781e-05,
                                         -2.438831631472088e-06};
    static constexpr double ln2_high = 0.6931471803691238, ln2_low = 1.9082149292705877e-10;
    static constexpr double exp_high = 710, exp_low = -746;
    static constexpr double exp_moderate = 708;
};

/// e^x = (1 + tail) 2^n with an integer n.
template <class T>
struct exponential_parts {
    vec<T> tail, n;
};

template <class T>
CTNN_INLINE exponential_parts<T> split_moderate(vec<T> x) {
    using c = coefficients<T>;
    const vec<T> n = nearest(x, vec<T>(static_cast<T>(1.4426950408889634)));
    const vec<T> r = fma(n, vec<T>(static_cast<T>(-c::ln2_low)), fma(n, vec<T>(static_cast<T>(-c::ln2_high)), x));
    return {fma(r * r, polynomial(r, c::exponential), r), n};
}
template <class T>
CTNN_INLINE exponential_parts<T> split_exponential(vec<T> x) {
    using c = coefficients<T>;
    x = greater_of(vec<T>(static_cast<T>(c::exp_low)), less_of(vec<T>(static_cast<T>(c::exp_high)), x));  // keeps NaN
    return split_moderate(x);
}

}  // namespace detail

/// e^x, at most 2 units in the last place off, subnormal results included; 0 at -infinity, infinity at infinity, NaN at
/// NaN.
///
/// x = n ln(2) + r with an integer n and |r| <= ln(2) / 2, so e^x = 2^n e^r.
template <class T>
CTNN_INLINE vec<T> exp(vec<T> x) {
    const detail::exponential_parts<T> p = detail::split_exponential(x);
    return scale(vec<T>(T(1)) + p.tail, p.n);
}

/// The same for |x| <= exp_moderate, or NaN: half as many operations where the processor does not scale by itself.
template <class T>
CTNN_INLINE vec<T> moderate_exp(vec<T> x) {
    const detail::exponential_parts<T> p = detail::split_moderate(x);
    if constexpr (vec<T>::machine::has_scale)
        return scale(vec<T>(T(1)) + p.tail, p.n);
    else
        return (vec<T>(T(1)) + p.tail) * power_of_two(p.n);
}

/// e^x for x <= 0, or NaN, as weights of a softmax need it: below e^-87 (double: e^-708) it is 0, never subnormal.
template <class T>
CTNN_INLINE vec<T> exp_or_zero(vec<T> x) {
    const vec<T> lowest = static_cast<T>(-detail::coefficients<T>::exp_moderate);
    return select(x < lowest, vec<T>(T(0)), moderate_exp(greater_of(lowest, x)));
}

namespace detail {
/// The same for x <= 0, or NaN: no result is too large.
template <class T>
CTNN_INLINE vec<T> exp_below_one(vec<T> x) {
    const exponential_parts<T> p = split_moderate(greater_of(vec<T>(static_cast<T>(coefficients<T>::exp_low)), x));
    return scale(vec<T>(T(1)) + p.tail, p.n);
}
}  // namespace detail

/// The hyperbolic tangent, at most 4 units in the last place off; exactly +-1 at +-infinity, -0 at -0, NaN at NaN.
///
/// An odd polynomial for |x| < 0.625; beyond it 1 - 2 / (e^(2 |x|) + 1), where nothing cancels any more.
template <class T>
CTNN_INLINE vec<T> tanh(vec<T> x) {
    const vec<T> size = abs(x), z = size * size, one = T(1), two = T(2);
    const vec<T> near = fma(size * z, detail::polynomial(z, detail::coefficients<T>::hyperbolic), size);
    // Beyond 20 the quotient rounds away: e^40 < 2^100 keeps it in the range of quotient().
    const vec<T> far = one - quotient(two, moderate_exp(less_of(vec<T>(T(20)), size) * two) + one);
    return copy_sign(select(size < vec<T>(T(0.625)), near, far), x);
}

namespace detail {
/// 1 / (1 + e^-x), but not below e^-87 (double: e^-708), which is no subnormal; NaN at NaN.
///
/// Where a quotient of our own takes the place of a division the denominator must stay below 2^100: with e = e^-|x| it
/// is 1 / (1 + e), or e / (1 + e) for negative x.
template <class T>
CTNN_INLINE vec<T> bounded_sigmoid(vec<T> x) {
    const vec<T> one = T(1), zero = T(0), bound = static_cast<T>(coefficients<T>::exp_moderate);
    if constexpr (vec<T>::machine::has_reciprocal) {
        const vec<T> e = moderate_exp(-less_of(bound, abs(x)));
        return quotient(select(x < zero, e, one), one + e);
    } else {
        return one / (one + moderate_exp(greater_of(-bound, less_of(bound, -x))));
    }
}
}  // namespace detail

/// 1 / (1 + e^-x), at most 4 units in the last place off down to e^-87 (double: e^-708), and 0 below; 0 and 1 at
/// -+infinity, NaN at NaN.
template <class T>
CTNN_INLINE vec<T> sigmoid(vec<T> x) {
    const vec<T> lowest = static_cast<T>(-detail::coefficients<T>::exp_moderate);
    return select(x < lowest, vec<T>(T(0)), detail::bounded_sigmoid(x));
}

/// The sigmoid and its slope s (1 - s), where nothing cancels though s is near 1: with e = e^-|x| it is e / (1 + e)^2.
template <class T>
struct sigmoid_parts {
    vec<T> value, slope;
    CTNN_INLINE explicit sigmoid_parts(vec<T> x) {
        const vec<T> one = T(1), e = detail::exp_below_one(-abs(x)), inverse = one / (one + e);
        value = select(x < vec<T>(T(0)), e, one) * inverse;
        slope = e * inverse * inverse;
    }
};

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
