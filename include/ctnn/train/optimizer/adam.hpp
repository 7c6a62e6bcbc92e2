// SPDX-License-Identifier: MIT
/// \file
/// Adam: steps scaled by running moments of the gradient.
#pragma once

#include <cmath>
#include <cstdint>

#include "ctnn/core/config.hpp"
#include "ctnn/core/error.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/kernels/moments.hpp"
#include "ctnn/train/optimizer/optimizer.hpp"

namespace ctnn {

namespace detail {
/// Refuses what Adam and its relatives refuse.
template <class Adam>
[[nodiscard]] inline error check_moments(const char* name, const Adam& adam) {
    if (error failed = check_rate_and_decay(name, adam)) return failed;
    if (error failed = check_setting(name, "beta1", adam.beta1, 1)) return failed;
    if (error failed = check_setting(name, "beta2", adam.beta2, 1)) return failed;
    if constexpr (requires { adam.epsilon; }) return check_setting(name, "epsilon", adam.epsilon);
    return {};
}

/// What is left to be added to a running mean that began at zero: 1 - beta^time.
[[nodiscard]] inline double bias_correction(double beta, std::uint64_t time) {
    return 1.0 - std::pow(beta, static_cast<double>(time));
}

/// The factors that all of them share. The remainders come from double: in float, 1 - 0.999 keeps five digits.
template <class T, class Adam>
[[nodiscard]] kernels::moment_factors<T> factors_of(const Adam& adam) {
    return {.of_mean = static_cast<T>(adam.rate),
            .penalized = {static_cast<T>(adam.weight_decay), static_cast<T>(adam.l1)},
            .beta1 = static_cast<T>(adam.beta1),
            .rest1 = static_cast<T>(1.0 - adam.beta1),
            .beta2 = static_cast<T>(adam.beta2),
            .rest2 = static_cast<T>(1.0 - adam.beta2),
            .root_scale = T{1},
            .epsilon = static_cast<T>(adam.epsilon)};
}

/// And those of Adam and AdamW at a time.
template <class T, class Adam>
[[nodiscard]] kernels::moment_factors<T> factors_of(const Adam& adam, std::uint64_t time) {
    kernels::moment_factors<T> factors = factors_of<T>(adam);
    factors.of_mean = static_cast<T>(adam.rate / bias_correction(adam.beta1, time));
    factors.root_scale = static_cast<T>(1.0 / std::sqrt(bias_correction(adam.beta2, time)));
    return factors;
}
}  // namespace detail

inline namespace CTNN_BACKEND {

/// Adam: with g = gradient + weight_decay * p + l1 * sign(p), m = beta1 * m + (1 - beta1) * g and v = beta2 * v +
/// (1 - beta2) * g^2, p -= rate * m' / (sqrt(v') + epsilon), where m' = m / (1 - beta1^time) and
/// v' = v / (1 - beta2^time), or with amsgrad the largest v so far / (1 - beta2^time).
///
///     slots      2: m, v; 3 with amsgrad: the largest v
///     refuses    a rate, epsilon or penalty below 0, betas outside [0, 1)
///
/// Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015; Reddi, Kale and Kumar, "On the convergence
/// of Adam and beyond", ICLR 2018; with PyTorch's place of epsilon and its weight decay, which is part of the gradient:
/// https://pytorch.org/docs/stable/generated/torch.optim.Adam.html
///
///     ctnn::adam descent{.rate = 1e-3};
struct adam {
    double rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 0;
    bool amsgrad = false;
    double l1 = 0;
    bool decay_weights_only = false;

    [[nodiscard]] constexpr extent slots() const { return amsgrad ? 3 : 2; }

    [[nodiscard]] error check() const { return detail::check_moments("adam", *this); }

    /// \pre time >= 1; parameters, gradients and state do not overlap
    template <class T>
    void step(T* parameters, const T* gradients, T* state, extent count, std::uint64_t time, extent stride = 0) const {
        kernels::descend(amsgrad, parameters, gradients, state, count, stride, detail::factors_of<T>(*this, time));
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
