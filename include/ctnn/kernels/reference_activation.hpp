// SPDX-License-Identifier: MIT
/// \file
/// Activations and softmax of single numbers by the standard library: what the kernels are compared with.
#pragma once

#include <algorithm>
#include <cmath>

#include "ctnn/kernels/reference_pool.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels::reference {

/// A(x) in the widest type there is.
[[nodiscard]] inline long double activate(activation a, long double x, activation_numbers numbers) {
    const long double alpha = static_cast<long double>(numbers.alpha), beta = static_cast<long double>(numbers.beta);
    const auto within = [](long double low, long double high, long double v) {
        return v < low ? low : v > high ? high : v;
    };
    switch (a) {
        case activation::relu:
            return x <= 0 ? 0 : x;
        case activation::leaky_relu:
            return x > 0 ? x : x * alpha;
        case activation::sigmoid:
            return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
        case activation::tanh:
            return std::tanh(x);
        case activation::elu:
            return x > 0 ? x : alpha * std::expm1(x * beta);
        case activation::selu:
            return 1.0507009873554804934193349852946L *
                   (x > 0 ? x : 1.6732632423543772848170429916717L * std::expm1(x));
        case activation::gelu:
            return x * std::erfc(-x * std::sqrt(0.5L)) / 2;
        case activation::gelu_tanh:
            return x / (1 + std::exp(-std::sqrt(32 / std::acos(-1.0L)) / 2 * (x + 0.044715L * x * x * x)));
        case activation::silu:
            return x / (1 + std::exp(-x));
        case activation::mish:
            return x * std::tanh(std::log1p(std::exp(x)));
        case activation::softplus:
            return x * alpha > beta ? x : std::log1p(std::exp(x * alpha)) / alpha;
        case activation::softsign:
            return x / (1 + std::abs(x));
        case activation::hard_sigmoid:
            return within(0, 6, x + 3) / 6;
        case activation::hard_swish:
            return x * within(0, 6, x + 3) / 6;
        case activation::hard_tanh:
            return within(alpha, beta, x);
        default:
            return x;
    }
}

/// A'(x) from `seen`: x where gradient_reads_input(a), else y = A(x).
[[nodiscard]] inline long double activation_slope(activation a, long double seen, activation_numbers numbers) {
    const long double alpha = static_cast<long double>(numbers.alpha), beta = static_cast<long double>(numbers.beta);
    const long double x = seen, y = seen, sigmoid = 1 / (1 + std::exp(-x)), pi = std::acos(-1.0L);
    switch (a) {
        case activation::relu:
            return y <= 0 ? 0 : 1;
        case activation::leaky_relu:
            return y > 0 ? 1 : alpha;
        case activation::sigmoid:
            return y * (1 - y);
        case activation::tanh:
            return 1 - y * y;
        case activation::elu:
            return y > 0 ? 1 : (y + alpha) * beta;
        case activation::selu:
            return 1.0507009873554804934193349852946L * (y > 0 ? 1 : 1.6732632423543772848170429916717L) +
                   (y > 0 ? 0 : y);
        case activation::gelu:
            return std::erfc(-x * std::sqrt(0.5L)) / 2 + x * std::exp(-x * x / 2) / std::sqrt(2 * pi);
        case activation::gelu_tanh: {
            const long double scale = std::sqrt(2 / pi), t = std::tanh(scale * (x + 0.044715L * x * x * x));
            return (1 + t) / 2 + x * (1 - t * t) * scale * (1 + 3 * 0.044715L * x * x) / 2;
        }
        case activation::silu:
            return sigmoid * (1 + x * (1 - sigmoid));
        case activation::mish: {
            const long double t = std::tanh(std::log1p(std::exp(x)));
            return t + x * (1 - t * t) * sigmoid;
        }
        case activation::softplus:
            return x * alpha > beta ? 1 : 1 / (1 + std::exp(-x * alpha));
        case activation::softsign:
            return 1 / ((1 + std::abs(x)) * (1 + std::abs(x)));
        case activation::hard_sigmoid:
            return y > 0 && y < 1 ? 1.0L / 6 : 0;
        case activation::hard_swish:
            return x < -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5L;
        case activation::hard_tanh:
            return y > alpha && y < beta ? 1 : 0;
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

/// y = x - ln(sum of e^x) over the channels of each position.
template <class T>
void log_softmax_forward(const batch_view<const T>& x, const batch_view<T>& y) {
    for_each_number(x.count, x.shape, [&](extent s, extent d, extent h, extent w, extent c) {
        const T* logits = x.at(s, d, h, w);
        long double largest = static_cast<long double>(logits[0]), sum = 0;
        for (extent k = 0; k < x.shape.channels(); ++k)
            largest = std::max(largest, static_cast<long double>(logits[k]));
        for (extent k = 0; k < x.shape.channels(); ++k) sum += std::exp(static_cast<long double>(logits[k]) - largest);
        y.at(s, d, h, w)[c] = static_cast<T>(static_cast<long double>(logits[c]) - largest - std::log(sum));
    });
}

/// dx = dy - e^y sum of dy over the channels of each position.
template <class T>
void log_softmax_backward(const batch_view<const T>& y, const batch_view<const T>& dy, const batch_view<T>& dx) {
    for_each_number(y.count, y.shape, [&](extent s, extent d, extent h, extent w, extent c) {
        const T* g = dy.at(s, d, h, w);
        long double sum = 0;
        for (extent k = 0; k < y.shape.channels(); ++k) sum += static_cast<long double>(g[k]);
        const long double p = std::exp(static_cast<long double>(y.at(s, d, h, w)[c]));
        dx.at(s, d, h, w)[c] = static_cast<T>(static_cast<long double>(g[c]) - p * sum);
    });
}

/// y = |a - b| for the first half a and the second half b of the channels of each position.
template <class T>
void absolute_difference_forward(const batch_view<const T>& x, const batch_view<T>& y) {
    for_each_number(y.count, y.shape, [&](extent s, extent d, extent h, extent w, extent c) {
        const T* a = x.at(s, d, h, w);
        y.at(s, d, h, w)[c] = std::fabs(a[c] - a[c + y.shape.channels()]);
    });
}

/// Its gradient: dy and -dy, or 0 where both are equal.
template <class T>
void absolute_difference_backward(const batch_view<const T>& x, const batch_view<const T>& dy,
                                  const batch_view<T>& dx) {
    for_each_number(dy.count, dy.shape, [&](extent s, extent d, extent h, extent w, extent c) {
        const extent half = dy.shape.channels();
        const T* a = x.at(s, d, h, w);
        const T g = dy.at(s, d, h, w)[c];
        const T slope = a[c] > a[c + half] ? g : a[c] < a[c + half] ? -g : T{0};
        dx.at(s, d, h, w)[c] = slope;
        dx.at(s, d, h, w)[c + half] = -slope;
    });
}

/// y = a / (1 + e^-b) for the first half a and the second half b of the channels of each position.
template <class T>
void glu_forward(const batch_view<const T>& x, const batch_view<T>& y) {
    for_each_number(y.count, y.shape, [&](extent s, extent d, extent h, extent w, extent c) {
        const T* a = x.at(s, d, h, w);
        const auto b = static_cast<long double>(a[c + y.shape.channels()]);
        y.at(s, d, h, w)[c] = static_cast<T>(static_cast<long double>(a[c]) * activate(activation::sigmoid, b, {}));
    });
}

/// Its gradient: dy sigmoid(b), and dy a sigmoid(b) (1 - sigmoid(b)).
template <class T>
void glu_backward(const batch_view<const T>& x, const batch_view<const T>& dy, const batch_view<T>& dx) {
    for_each_number(dy.count, dy.shape, [&](extent s, extent d, extent h, extent w, extent c) {
        const extent half = dy.shape.channels();
        const T* a = x.at(s, d, h, w);
        const long double gate = activate(activation::sigmoid, static_cast<long double>(a[c + half]), {});
        const auto g = static_cast<long double>(dy.at(s, d, h, w)[c]);
        dx.at(s, d, h, w)[c] = static_cast<T>(g * gate);
        dx.at(s, d, h, w)[c + half] = static_cast<T>(g * static_cast<long double>(a[c]) * gate * (1 - gate));
    });
}

/// y = x where it is positive, x times its channel's slope elsewhere; `count` slopes: 1 or the channels.
template <class T>
void prelu_forward(const batch_view<const T>& x, const batch_view<T>& y, const T* slopes, extent count) {
    for_each_number(x.count, x.shape, [&](extent s, extent d, extent h, extent w, extent c) {
        const T v = x.at(s, d, h, w)[c];
        y.at(s, d, h, w)[c] = v > 0 ? v : v * slopes[count == 1 ? 0 : c];
    });
}

/// Its gradients; those of the slopes are added.
template <class T>
void prelu_backward(const batch_view<const T>& x, const batch_view<const T>& dy, const batch_view<T>& dx,
                    const T* slopes, extent count, T* gradients) {
    for_each_number(x.count, x.shape, [&](extent s, extent d, extent h, extent w, extent c) {
        const T v = x.at(s, d, h, w)[c], g = dy.at(s, d, h, w)[c];
        const extent own = count == 1 ? 0 : c;
        dx.at(s, d, h, w)[c] = v > 0 ? g : g * slopes[own];
        if (!(v > 0)) gradients[own] += v * g;
    });
}

}  // namespace kernels::reference
}  // namespace CTNN_BACKEND
}  // namespace ctnn
