// SPDX-License-Identifier: MIT
/// \file
/// The optimizers' pass over a range of parameters: every array is read and written once.
#pragma once

#include <cstddef>

#include "ctnn/core/config.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/kernels/simd.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// -1, 0 or 1 in every lane; NaN where a is NaN.
template <class T>
CTNN_INLINE vec<T> sign(vec<T> a) {
    return select(abs(a) > vec<T>(T{0}), copy_sign(vec<T>(T{1}), a), a);
}

/// What penalties on the size of the parameters add to their gradient.
template <class T>
struct penalty {
    T l2;  ///< gradient += l2 * p
    T l1;  ///< gradient += l1 * sign(p)
    CTNN_INLINE vec<T> operator()(vec<T> p, vec<T> gradient) const {
        return fma(vec<T>(l1), sign(p), fma(vec<T>(l2), p, gradient));
    }
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

/// parameters, gradients: [count]; state: [Slots][stride], of which the first `count` belong to the parameters; a
/// stride of 0 stands for count. Writes p = rule(p, gradient, slot) for each vector of parameters; slot[k] are the
/// numbers of state, which the rule changes where they are.
///
/// The elements meet no other elements, so a step is bound by memory (3 + 2 * Slots passes over a block) unless the
/// rule divides or takes roots, which takes about as long as the arrays take from the L2 cache.
template <extent Slots, class T, class Rule>
CTNN_KERNEL void descend(T* __restrict parameters, const T* __restrict gradients, T* __restrict state, extent count,
                         extent stride, const Rule rule) {
    const extent apart = stride == 0 ? count : stride;
    detail::each_vector<T>(count, [&]<bool Whole>(extent i, extent n) {
        vec<T> slot[static_cast<std::size_t>(Slots) + 1];  // one more: there is no array of none
        unroll<Slots>([&](auto k) { slot[k] = detail::read_vector<Whole>(state + k * apart + i, n); });
        const vec<T> p = detail::read_vector<Whole>(parameters + i, n);
        const vec<T> updated = rule(p, detail::read_vector<Whole>(gradients + i, n), slot);
        unroll<Slots>([&](auto k) { detail::write_vector<Whole>(state + k * apart + i, slot[k], n); });
        detail::write_vector<Whole>(parameters + i, updated, n);
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
