// SPDX-License-Identifier: MIT
/// \file
/// Activations and softmax of single numbers by the standard library: what the kernels are compared with.
#pragma once

#include <cmath>

#include "ctnn/kernels/reference_pool.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels::reference {

/// A(x) in the widest type there is.
[[nodiscard]] inline long double activate(activation a, long double x, long double alpha) {
    switch (a) {
        case activation::relu:
            return x <= 0 ? 0 : x;
        case activation::leaky_relu:
            return x > 0 ? x : x * alpha;
        case activation::sigmoid:
            return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
        case activation::tanh:
            return std::tanh(x);
        default:
            return x;
    }
}

/// A'(x) from y = A(x).
[[nodiscard]] inline long double activation_slope(activation a, long double y, long double alpha) {
    switch (a) {
        case activation::relu:
            return y <= 0 ? 0 : 1;
        case activation::leaky_relu:
            return y > 0 ? 1 : alpha;
        case activation::sigmoid:
            return y * (1 - y);
        case activation::tanh:
            return 1 - y * y;
        default:
            return 1;
    }
}

/// y = e^x / sum of e^x over the channels of each position.
template <class T>
void softmax_forward(const batch_view<const T>& x, const batch_view<T>& y) {
    for_each_number(x.count, x.shape, [&](extent s, extent d, extent h, extent w, extent c) {
        const T* logits = x.at(s, d, h, w);
        long double sum = 0;  // of the ratios to this channel: nothing can overflow to the wrong side
        for (extent k = 0; k < x.shape.channels(); ++k)
            sum += std::exp(static_cast<long double>(logits[k]) - static_cast<long double>(logits[c]));
        y.at(s, d, h, w)[c] = static_cast<T>(1 / sum);
    });
}

/// dx = y (dy - sum of y dy) over the channels of each position.
template <class T>
void softmax_backward(const batch_view<const T>& y, const batch_view<const T>& dy, const batch_view<T>& dx) {
    for_each_number(y.count, y.shape, [&](extent s, extent d, extent h, extent w, extent c) {
        const T *p = y.at(s, d, h, w), *g = dy.at(s, d, h, w);
        long double sum = 0;
        for (extent k = 0; k < y.shape.channels(); ++k)
            sum += static_cast<long double>(p[k]) * static_cast<long double>(g[k]);
        dx.at(s, d, h, w)[c] = static_cast<T>(static_cast<long double>(p[c]) * (static_cast<long double>(g[c]) - sum));
    });
}

}  // namespace kernels::reference
}  // namespace CTNN_BACKEND
}  // namespace ctnn
