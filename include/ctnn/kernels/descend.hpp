// SPDX-License-Identifier: MIT
/// \file
/// The optimizers' passes over a range of parameters: every array is read and written once.
#pragma once

#include "ctnn/core/config.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/kernels/simd.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// The factors of one step of gradient descent, the same for all parameters.
template <class T>
struct descent_factors {
    T rate;                    ///< p -= rate * direction
    T decay;                   ///< gradient += decay * p
    T keep, take;              ///< buffer = keep * buffer + take * gradient
    T of_gradient, of_buffer;  ///< direction = of_gradient * gradient + of_buffer * buffer
};

/// The factors of one step of Adam, the same for all parameters.
template <class T>
struct moment_factors {
    T rate;                 ///< p -= rate * mean / denominator
    T decay;                ///< gradient += decay * p
    T shrink;               ///< p *= shrink before the step
    T beta1, rest1;         ///< mean = beta1 * mean + rest1 * gradient
    T beta2, rest2;         ///< square = beta2 * square + rest2 * gradient^2
    T root_scale, epsilon;  ///< denominator = sqrt(square) * root_scale + epsilon
};

namespace detail {

template <bool Whole, class T>
CTNN_INLINE vec<T> read_vector(const T* from, extent count) {
    if constexpr (Whole)
        return load(from);
    else
        return load_partial(from, count);
}

template <bool Whole, class T>
CTNN_INLINE void write_vector(T* to, vec<T> value, extent count) {
    if constexpr (Whole)
        store(to, value);
    else
        store_partial(to, value, count);
}

/// Calls part<true>(i, lanes) for whole vectors, then part<false>(i, rest): the remainder runs through the same
/// operations, so that a number's result does not depend on where a range was cut.
template <class T, class Part>
CTNN_INLINE void each_vector(extent count, const Part& part) {
    extent i = 0;
    for (; i + lanes<T> <= count; i += lanes<T>) part.template operator()<true>(i, lanes<T>);
    if (i < count) part.template operator()<false>(i, count - i);
}

}  // namespace detail

/// parameters, gradients: [count]. Gradient descent without momentum; keep and what follows it are not read.
template <class T>
CTNN_KERNEL void descend(T* __restrict parameters, const T* __restrict gradients, extent count,
                         descent_factors<T> with) {
    detail::each_vector<T>(count, [=]<bool Whole>(extent i, extent n) {
        const vec<T> p = detail::read_vector<Whole>(parameters + i, n);
        const vec<T> gradient = fma(vec<T>(with.decay), p, detail::read_vector<Whole>(gradients + i, n));
        detail::write_vector<Whole>(parameters + i, fma(vec<T>(-with.rate), gradient, p), n);
    });
}

/// parameters, gradients, buffers: [count]. Gradient descent with momentum. `of_gradient` and `of_buffer` choose
/// between the buffer (0, 1) and Nesterov's look ahead (1, momentum) without a branch.
template <class T>
CTNN_KERNEL void descend(T* __restrict parameters, const T* __restrict gradients, T* __restrict buffers, extent count,
                         descent_factors<T> with) {
    detail::each_vector<T>(count, [=]<bool Whole>(extent i, extent n) {
        const vec<T> p = detail::read_vector<Whole>(parameters + i, n);
        const vec<T> gradient = fma(vec<T>(with.decay), p, detail::read_vector<Whole>(gradients + i, n));
        const vec<T> buffer =
            fma(vec<T>(with.keep), detail::read_vector<Whole>(buffers + i, n), vec<T>(with.take) * gradient);
        const vec<T> direction = fma(vec<T>(with.of_gradient), gradient, vec<T>(with.of_buffer) * buffer);
        detail::write_vector<Whole>(buffers + i, buffer, n);
        detail::write_vector<Whole>(parameters + i, fma(vec<T>(-with.rate), direction, p), n);
    });
}

/// parameters, gradients, means, squares: [count]. Adam and its relatives. The square root and the division are the
/// cost: about as long as the arrays take from the L2 cache, and hidden behind memory beyond it.
template <class T>
CTNN_KERNEL void descend(T* __restrict parameters, const T* __restrict gradients, T* __restrict means,
                         T* __restrict squares, extent count, moment_factors<T> with) {
    detail::each_vector<T>(count, [=]<bool Whole>(extent i, extent n) {
        const vec<T> p = detail::read_vector<Whole>(parameters + i, n);
        const vec<T> gradient = fma(vec<T>(with.decay), p, detail::read_vector<Whole>(gradients + i, n));
        const vec<T> mean =
            fma(vec<T>(with.beta1), detail::read_vector<Whole>(means + i, n), vec<T>(with.rest1) * gradient);
        const vec<T> square = fma(vec<T>(with.beta2), detail::read_vector<Whole>(squares + i, n),
                                  vec<T>(with.rest2) * (gradient * gradient));
        const vec<T> denominator = fma(sqrt(square), vec<T>(with.root_scale), vec<T>(with.epsilon));
        detail::write_vector<Whole>(means + i, mean, n);
        detail::write_vector<Whole>(squares + i, square, n);
        detail::write_vector<Whole>(parameters + i,
                                    fma(vec<T>(with.shrink), p, (vec<T>(-with.rate) * mean) / denominator), n);
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
