// SPDX-License-Identifier: MIT
/// \file
/// The vectorized probability of the normal distribution.
#pragma once

#include "ctnn/kernels/error_function.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// The probability that a normally distributed number is below x, with an error of 1e-7 at most (double: 3e-16); 0 and
/// 1 at -+infinity, NaN at NaN where x is multiplied by it.
///
/// For float 1 - P(|x|) or P(|x|), P(t) = e^q(t) / 2 being the probability to be above t: in place of the two
/// polynomials of erf, one of which is thrown away, q / t on [0, 5.6] alone, fitted for the least error in P, 1.1e-9.
/// Beyond it P is below half a unit in the last place of 1, and counts as 0.
template <class T>
CTNN_INLINE vec<T> normal_probability(vec<T> x) {
    if constexpr (sizeof(T) == 8) {
        return vec<T>(T(0.5)) + vec<T>(T(0.5)) * erf(x * vec<T>(static_cast<T>(0.7071067811865476)));
    } else {
        constexpr double exponent[]{-0.7978846777533058,   -0.3183080535306594,    -0.03634500926688918,
                                    0.004804285381346247,  1.0391644627234842e-05, -0.00019709531273051842,
                                    5.196810090685847e-05, -6.626687424632034e-06, 3.5549181465620937e-07};
        const vec<T> end = T(5.6), one = T(1), zero = T(0), size = less_of(end, abs(x));
        const vec<T> above = vec<T>(T(0.5)) * moderate_exp(size * detail::polynomial(size, exponent));
        const vec<T> rest = select(size < end, above, zero);
        return select(x < zero, rest, one - rest);
    }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
