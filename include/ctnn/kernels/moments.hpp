// SPDX-License-Identifier: MIT
/// \file
/// The step of Adam and its relatives, which differ in a few factors.
#pragma once

#include "ctnn/kernels/descend.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// The factors of one step, the same for all parameters.
template <class T>
struct moment_factors {
    T of_gradient{0}, of_mean;  ///< p -= (of_gradient * gradient + of_mean * mean) / denominator
    penalty<T> penalized{};
    T shrink{1};            ///< p *= shrink before the step
    T beta1, rest1;         ///< mean = beta1 * mean + rest1 * gradient
    T beta2, rest2;         ///< square = beta2 * square + rest2 * gradient^2
    T root_scale, epsilon;  ///< denominator = sqrt(square) * root_scale + epsilon
};

/// What descend() calls. Slots: mean, square and, with Largest, the largest square so far, which then divides.
template <bool Largest, class T>
struct moment_rule {
    moment_factors<T> with;

    CTNN_INLINE vec<T> operator()(vec<T> p, vec<T> g, vec<T>* slot) const {
        vec<T>&mean = slot[0], &square = slot[1];
        const vec<T> gradient = with.penalized(p, g);
        mean = fma(vec<T>(with.beta1), mean, vec<T>(with.rest1) * gradient);
        square = fma(vec<T>(with.beta2), square, vec<T>(with.rest2) * (gradient * gradient));
        vec<T> divided_by = square;
        if constexpr (Largest) divided_by = slot[2] = max(slot[2], square);
        const vec<T> denominator = fma(sqrt(divided_by), vec<T>(with.root_scale), vec<T>(with.epsilon));
        const vec<T> direction = fma(vec<T>(with.of_gradient), gradient, vec<T>(with.of_mean) * mean);
        return fma(vec<T>(with.shrink), p, -direction / denominator);
    }
};

/// parameters, gradients: [count]; state: [2 or, with largest, 3][stride].
template <class T>
void descend(bool largest, T* parameters, const T* gradients, T* state, extent count, extent stride,
             const moment_factors<T>& with) {
    if (largest)
        descend<3>(parameters, gradients, state, count, stride, moment_rule<true, T>{with});
    else
        descend<2>(parameters, gradients, state, count, stride, moment_rule<false, T>{with});
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
