// SPDX-License-Identifier: MIT
/// \file
/// Elementwise activations, forward and backward.
#pragma once

#include "ctnn/kernels/elementwise.hpp"
#include "ctnn/kernels/math.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// x, y: (count). y = A(x); y may be x.
template <activation A, class T>
CTNN_KERNEL void activate(const T* x, T* y, extent count, T alpha) {
    const vec<T> slope = alpha;
    extent i = 0;
    for (; i + lanes<T> <= count; i += lanes<T>) store(y + i, apply<A, T>(load(x + i), slope));
    if (i < count) store_partial(y + i, apply<A, T>(load_partial(x + i, count - i), slope), count - i);
}

/// y, dy, dx: (count). dx = dy A'(x), from y = A(x); dx may be dy.
template <activation A, class T>
CTNN_KERNEL void activation_gradient(const T* y, const T* dy, T* dx, extent count, T alpha) {
    const vec<T> slope = alpha;
    extent i = 0;
    for (; i + lanes<T> <= count; i += lanes<T>) store(dx + i, apply_gradient<A, T>(load(y + i), load(dy + i), slope));
    if (i < count) {
        const extent rest = count - i;
        store_partial(dx + i, apply_gradient<A, T>(load_partial(y + i, rest), load_partial(dy + i, rest), slope), rest);
    }
}

/// y = A(x) for a whole batch of any layout; y may be x.
template <activation A, class T>
void activate(const batch_view<const T>& x, const batch_view<T>& y, T alpha, extent threads) {
    for_each_stretch(
        threads, [&](extent, extent count, const T* from, T* to) { activate<A, T>(from, to, count, alpha); }, x, y);
}

/// dx = dy A'(x) for a whole batch of any layout; dx may be dy.
template <activation A, class T>
void activation_gradient(const batch_view<const T>& y, const batch_view<const T>& dy, const batch_view<T>& dx, T alpha,
                         extent threads) {
    for_each_stretch(
        threads,
        [&](extent, extent count, const T* output, const T* from, T* to) {
            activation_gradient<A, T>(output, from, to, count, alpha);
        },
        y, dy, dx);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
