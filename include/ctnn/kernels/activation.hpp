// SPDX-License-Identifier: MIT
/// \file
/// Elementwise activations, forward and backward.
#pragma once

#include "ctnn/kernels/activation_function.hpp"
#include "ctnn/kernels/elementwise.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// x, y: (count). y = A(x); y may be x.
template <activation A, class T>
CTNN_KERNEL void activate(const T* x, T* y, extent count, activation_numbers numbers) {
    const activation_vectors<T> n(numbers);
    extent i = 0;
    for (; i + lanes<T> <= count; i += lanes<T>) store(y + i, apply<A, T>(load(x + i), n));
    if (i < count) store_partial(y + i, apply<A, T>(load_partial(x + i, count - i), n), count - i);
}

/// seen, dy, dx: (count). dx = dy A'(x), from y = A(x), or from x where gradient_reads_input(A); dx may be dy.
template <activation A, class T>
CTNN_KERNEL void activation_gradient(const T* seen, const T* dy, T* dx, extent count, activation_numbers numbers) {
    const activation_vectors<T> n(numbers);
    extent i = 0;
    for (; i + lanes<T> <= count; i += lanes<T>) store(dx + i, apply_gradient<A, T>(load(seen + i), load(dy + i), n));
    if (i < count) {
        const extent rest = count - i;
        store_partial(dx + i, apply_gradient<A, T>(load_partial(seen + i, rest), load_partial(dy + i, rest), n), rest);
    }
}

/// y = A(x) for a whole batch of any layout; y may be x.
template <activation A, class T>
void activate(const batch_view<const T>& x, const batch_view<T>& y, activation_numbers numbers, extent threads) {
    for_each_stretch(
        threads, [&](extent, extent count, const T* from, T* to) { activate<A, T>(from, to, count, numbers); }, x, y);
}

/// dx = dy A'(x) for a whole batch of any layout, from y or x as above; dx may be dy.
template <activation A, class T>
void activation_gradient(const batch_view<const T>& seen, const batch_view<const T>& dy, const batch_view<T>& dx,
                         activation_numbers numbers, extent threads) {
    for_each_stretch(
        threads,
        [&](extent, extent count, const T* known, const T* from, T* to) {
            activation_gradient<A, T>(known, from, to, count, numbers);
        },
        seen, dy, dx);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
