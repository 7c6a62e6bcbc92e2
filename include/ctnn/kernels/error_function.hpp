// SPDX-License-Identifier: MIT
/// \file
/// The vectorized error function.
#pragma once

#include "ctnn/kernels/math.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// near: erf(x) / x - 1 in z = x^2 of [0, 1], from Chebyshev nodes. far: ln(1 - erf(x)) in x - 1, so that the rounding
/// of its terms is least where 1 - erf is largest, and fitted for the least error in erf; at `end` erf rounds to 1.
template <class T>
struct error_function_coefficients;

template <>
struct error_function_coefficients<float> {
    /// Errors 1.3e-9 and 1e-9 in erf.
    static constexpr double near[]{0.12837916584835095,   -0.37612626666720331, 0.11283594715160218,
                                   -0.026854212010626412, 0.005189087423433974, -0.00080168642871658695,
                                   7.8758750626854883e-5};
    static constexpr double far[]{-1.8496055164711813,   -2.6389668167758983,   -0.84311832528016972,
                                  -0.041500737589889442, 0.0098909834415345869, -0.0018262363776956763,
                                  0.00018559464124567274};
    static constexpr double end = 4;
};

template <>
struct error_function_coefficients<double> {
    /// Errors 1.3e-19 and 3e-17 in erf.
    static constexpr double near[]{0.12837916709551257,    -0.37612638903183748,   0.11283791670954879,
                                   -0.026866170645076793,  0.0052239776248180145,  -0.00085483269808337899,
                                   0.00012055331111642711, -1.4925595266831182e-5, 1.6461000484121368e-6,
                                   -1.6350312701054695e-7, 1.4659775274047436e-8,  -1.1372848856791674e-9,
                                   5.9571761477489114e-11};
    static constexpr double far[]{-1.8496055099332484,     -2.6389675142347248,    -0.84310725636219876,
                                  -0.041561097966517201,   0.010033824549235595,   -0.0019778972152085429,
                                  0.00023730010983880029,  2.634149235035995e-5,   -2.728674243364244e-5,
                                  9.7939439115172384e-6,   -2.2565682269633553e-6, 2.9752486456809023e-7,
                                  7.7456802631996439e-9,   -1.3809576709582597e-8, 3.1943813620184568e-9,
                                  -3.6213927794657187e-10, 1.7379080448122018e-11};
    static constexpr double end = 6;
};

}  // namespace detail

/// The error function, at most 2 units in the last place off; exactly +-1 at +-infinity, -0 at -0, NaN at NaN.
///
/// An odd polynomial for |x| < 1; beyond it 1 - e^q(|x| - 1), where 1 - erf is below 0.16 and makes the error of q
/// small.
template <class T>
CTNN_INLINE vec<T> erf(vec<T> x) {
    using c = detail::error_function_coefficients<T>;
    const vec<T> end = static_cast<T>(c::end), size = less_of(end, abs(x)), z = size * size, one = T(1);
    const vec<T> near = fma(size, detail::polynomial(z, c::near), size);
    const vec<T> far = one - moderate_exp(detail::polynomial(size - one, c::far));  // at most e^-39 in double
    return copy_sign(select(size < one, near, far), x);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
