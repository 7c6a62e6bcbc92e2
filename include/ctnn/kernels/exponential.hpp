// SPDX-License-Identifier: MIT
/// \file
/// The vectorized e^x - 1.
#pragma once

#include "ctnn/kernels/math.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// e^x - 1, at most 2 units in the last place off, subnormal numbers included; -1 at -infinity, infinity at infinity,
/// -0 at -0, NaN at NaN.
///
/// With e^x = 2^n (1 + t) it is 2^n t + (2^n - 1): t alone where x is small, so nothing cancels there. The second half
/// of 2^n comes last, so that only the last product overflows.
template <class T>
CTNN_INLINE vec<T> expm1(vec<T> x) {
    const detail::exponential_parts<T> p = detail::split_exponential(x);
    const vec<T> half = nearest(p.n, vec<T>(T(0.5))), rest = p.n - half, factor = power_of_two(half);
    return copy_sign(fma(factor, p.tail, factor - power_of_two(-rest)) * power_of_two(rest), x);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
