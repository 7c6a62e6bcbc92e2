// SPDX-License-Identifier: MIT
/// \file
/// The elementwise activations of one vector, and their gradients.
#pragma once

#include <limits>

#include "ctnn/core/operation.hpp"
#include "ctnn/kernels/exponential.hpp"
#include "ctnn/kernels/logarithm.hpp"
#include "ctnn/kernels/normal_probability.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Is an activation so short that it is compiled wherever a result is at hand? The others get loops of their own, over
/// what lies in the first-level cache.
template <activation A>
inline constexpr bool is_brief =
    A == activation::none || A == activation::relu || A == activation::leaky_relu || A == activation::hard_tanh;

/// The numbers of an activation, in all lanes.
template <class T>
struct activation_vectors {
    vec<T> alpha, beta;
    CTNN_INLINE explicit activation_vectors(activation_numbers numbers)
        : alpha(static_cast<T>(numbers.alpha)), beta(static_cast<T>(numbers.beta)) {}
};

namespace detail {

/// What selu multiplies by, and what it multiplies e^x - 1 by: Klambauer et al., 2017.
inline constexpr double selu_scale = 1.0507009873554805, selu_alpha = 1.7580993408473766;

/// x within bounds, NaN as it is. Where a function is x times a probability that has reached 0 or 1 at the bound, no
/// infinity is multiplied by 0 then.
template <class T>
CTNN_INLINE vec<T> not_below(double bound, vec<T> x) {
    return greater_of(vec<T>(static_cast<T>(bound)), x);
}
template <class T>
CTNN_INLINE vec<T> within(double low, double high, vec<T> x) {
    return less_of(vec<T>(static_cast<T>(high)), not_below(low, x));
}
inline constexpr double gelu_bound = 40;  // e^-800 is 0 in double

/// `positive` where x is, alpha (e^(beta x) - 1) elsewhere.
template <class T>
CTNN_INLINE vec<T> exponential_unit(vec<T> x, vec<T> positive, vec<T> alpha, vec<T> beta) {
    return select(x > vec<T>(T(0)), positive, alpha * expm1(beta * x));
}

/// It is about (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2: the sigmoid of twice that argument, which this is.
template <class T>
CTNN_INLINE vec<T> normal_logit(vec<T> x) {
    const vec<T> scale = static_cast<T>(1.5957691216057308);
    return scale * x * fma(x * x, vec<T>(static_cast<T>(0.044715)), vec<T>(T(1)));
}

/// tanh(ln(1 + e^x)) = n / (n + 2) with e = e^x, n = e (e + 2). Beyond 20 both are as good as equal.
template <class T>
struct mish_parts {
    vec<T> e, n;
    CTNN_INLINE explicit mish_parts(vec<T> x) : e(kernels::exp(less_of(vec<T>(T(20)), x))), n(e * (e + vec<T>(T(2)))) {}
};

}  // namespace detail

/// The activation A of one vector. NaN stays NaN; an infinity gives the limit.
template <activation A, class T>
CTNN_INLINE vec<T> apply(vec<T> x, [[maybe_unused]] const activation_vectors<T>& numbers) {
    using c = detail::coefficients<T>;
    const vec<T> zero = T(0), one = T(1), three = T(3), six = T(6);
    if constexpr (A == activation::relu) {
        return greater_of(zero, x);  // the second operand where one is NaN
    } else if constexpr (A == activation::leaky_relu) {
        return select(x > zero, x, x * numbers.alpha);
    } else if constexpr (A == activation::sigmoid) {
        return sigmoid(x);
    } else if constexpr (A == activation::tanh) {
        return tanh(x);
    } else if constexpr (A == activation::elu) {
        return detail::exponential_unit(x, x, numbers.alpha, numbers.beta);
    } else if constexpr (A == activation::selu) {
        return detail::exponential_unit(x, x * vec<T>(static_cast<T>(detail::selu_scale)),
                                        vec<T>(static_cast<T>(detail::selu_alpha)), one);
    } else if constexpr (A == activation::gelu) {
        const vec<T> b = detail::not_below(-detail::gelu_bound, x);
        return b * normal_probability(b);
    } else if constexpr (A == activation::gelu_tanh) {
        const vec<T> b = detail::not_below(-detail::gelu_bound, x);
        return b * sigmoid(detail::normal_logit(b));
    } else if constexpr (A == activation::silu) {
        const vec<T> b = detail::not_below(c::exp_low, x);
        return b * sigmoid(b);
    } else if constexpr (A == activation::mish) {
        const vec<T> b = detail::not_below(c::exp_low, x);
        const detail::mish_parts<T> p(b);
        return b * (p.n / (p.n + vec<T>(T(2))));
    } else if constexpr (A == activation::softplus) {
        const vec<T> z = x * numbers.alpha;
        return select(z > numbers.beta, x, (greater_of(zero, z) + log1p(exp(-abs(z)))) / numbers.alpha);
    } else if constexpr (A == activation::softsign) {
        constexpr auto most = static_cast<double>(std::numeric_limits<T>::max());
        const vec<T> b = detail::within(-most, most, x);
        return b / (one + abs(b));
    } else if constexpr (A == activation::hard_sigmoid) {
        return detail::within(0, 6, x + three) / six;
    } else if constexpr (A == activation::hard_swish) {
        return detail::not_below(-3, x) * (detail::within(0, 6, x + three) / six);
    } else if constexpr (A == activation::hard_tanh) {
        return less_of(numbers.beta, greater_of(numbers.alpha, x));
    } else {
        return x;
    }
}

/// The gradient of A's input from the gradient dy of its output and from `seen`: A's input x where
/// gradient_reads_input(A), else its output y. As PyTorch has it: 0 from the left at the kink, so where y <= 0 for
/// relu, and the slope there for leaky_relu.
template <activation A, class T>
CTNN_INLINE vec<T> apply_gradient(vec<T> seen, vec<T> dy, [[maybe_unused]] const activation_vectors<T>& numbers) {
    using c = detail::coefficients<T>;
    const vec<T> zero = T(0), one = T(1), two = T(2), x = seen, y = seen;
    const auto constant = [](double value) { return vec<T>(static_cast<T>(value)); };
    if constexpr (A == activation::relu) {
        return select(y <= zero, zero, dy);
    } else if constexpr (A == activation::leaky_relu) {
        return select(y > zero, dy, dy * numbers.alpha);
    } else if constexpr (A == activation::sigmoid) {
        return dy * (one - y) * y;
    } else if constexpr (A == activation::tanh) {
        return dy * fma(-y, y, one);
    } else if constexpr (A == activation::elu) {
        return dy * select(y > zero, one, (y + numbers.alpha) * numbers.beta);
    } else if constexpr (A == activation::selu) {
        return dy * select(y > zero, constant(detail::selu_scale), y + constant(detail::selu_alpha));
    } else if constexpr (A == activation::gelu) {
        const vec<T> b = detail::within(-detail::gelu_bound, detail::gelu_bound, x);
        const vec<T> density = constant(0.3989422804014327) * exp(b * b * constant(-0.5));
        return dy * fma(b, density, normal_probability(b));
    } else if constexpr (A == activation::gelu_tanh) {
        const vec<T> b = detail::within(-detail::gelu_bound, detail::gelu_bound, x);
        const sigmoid_parts<T> p(detail::normal_logit(b));
        const vec<T> inner = constant(1.5957691216057308) * fma(b * b, constant(3 * 0.044715), one);
        return dy * fma(b * p.slope, inner, p.value);
    } else if constexpr (A == activation::silu) {
        const vec<T> b = detail::within(c::exp_low, c::exp_high, x);
        const sigmoid_parts<T> s(b);
        return dy * fma(b, s.slope, s.value);
    } else if constexpr (A == activation::mish) {
        // With t = n / (n + 2) the slope is t + x (1 - t^2) e / (1 + e), and 1 - t^2 = 4 (1 + e)^2 / (n + 2)^2.
        const vec<T> b = detail::within(c::exp_low, 20, x);
        const detail::mish_parts<T> p(b);
        const vec<T> inverse = one / (p.n + two);
        return dy * fma(b * (p.e + p.e) * inverse, (two + (p.e + p.e)) * inverse, p.n * inverse);
    } else if constexpr (A == activation::softplus) {
        const vec<T> z = x * numbers.alpha;
        return dy * select(z > numbers.beta, one, sigmoid(z));
    } else if constexpr (A == activation::softsign) {
        const vec<T> root = one / (one + abs(x));
        return dy * root * root;
    } else if constexpr (A == activation::hard_sigmoid) {
        return select(y <= zero, zero, select(y >= one, zero, dy * constant(1.0 / 6)));
    } else if constexpr (A == activation::hard_swish) {
        const vec<T> three = T(3);
        return dy * select(x < -three, zero, select(x >= three, one, fma(x, constant(1.0 / 3), constant(0.5))));
    } else if constexpr (A == activation::hard_tanh) {
        return select(y <= numbers.alpha, zero, select(y >= numbers.beta, zero, dy));
    } else {
        return dy;
    }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
