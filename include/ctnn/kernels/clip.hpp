// SPDX-License-Identifier: MIT
/// \file
/// What limits gradients: sums of squares, factors and bounds over a range.
#pragma once

#include "ctnn/core/config.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/kernels/descend.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// values: [count]. The sum of their squares: a few thousand in vectors of T, whose sums are added in double.
template <class T>
[[nodiscard]] CTNN_KERNEL double sum_of_squares(const T* values, extent count) {
    constexpr extent run = 256 * lanes<T>;
    double total = 0;
    for (extent from = 0; from < count; from += run) {
        vec<T> sum{T{0}};
        detail::each_vector<T>(count - from < run ? count - from : run, [&]<bool Whole>(extent i, extent n) {
            const vec<T> value = detail::read_vector<Whole>(values + from + i, n);
            sum = fma(value, value, sum);
        });
        total += static_cast<double>(reduce_add(sum));
    }
    return total;
}

/// values: [count]. values *= factor.
template <class T>
CTNN_KERNEL void scale(T* values, extent count, T factor) {
    detail::each_vector<T>(count, [=]<bool Whole>(extent i, extent n) {
        detail::write_vector<Whole>(values + i, detail::read_vector<Whole>(values + i, n) * factor, n);
    });
}

/// values: [count]. Moves what lies outside [-limit, limit] to the border; NaN stays.
template <class T>
CTNN_KERNEL void clamp(T* values, extent count, T limit) {
    detail::each_vector<T>(count, [=]<bool Whole>(extent i, extent n) {
        const vec<T> value = detail::read_vector<Whole>(values + i, n);
        detail::write_vector<Whole>(values + i, max(min(value, vec<T>(limit)), vec<T>(-limit)), n);
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
