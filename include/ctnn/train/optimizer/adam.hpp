// SPDX-License-Identifier: MIT
/// \file
/// Adam: steps scaled by running moments of the gradient.
#pragma once

#include <cmath>
#include <cstdint>

#include "ctnn/core/config.hpp"
#include "ctnn/core/error.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/kernels/descend.hpp"
#include "ctnn/train/optimizer/optimizer.hpp"

namespace ctnn {

namespace detail {
/// Refuses what Adam and AdamW both refuse.
template <class Adam>
[[nodiscard]] inline error check_adam(const char* name, const Adam& adam) {
    if (error failed = check_setting(name, "rate", adam.rate)) return failed;
    if (error failed = check_setting(name, "beta1", adam.beta1, 1)) return failed;
    if (error failed = check_setting(name, "beta2", adam.beta2, 1)) return failed;
    if (error failed = check_setting(name, "epsilon", adam.epsilon)) return failed;
    return check_setting(name, "weight_decay", adam.weight_decay);
}
}  // namespace detail

inline namespace CTNN_BACKEND {

/// Adam: with g = gradient + weight_decay * p, m = beta1 * m + (1 - beta1) * g and v = beta2 * v + (1 - beta2) * g^2,
/// p -= rate * m' / (sqrt(v') + epsilon), where m' = m / (1 - beta1^time) and v' = v / (1 - beta2^time).
///
///     slots      2: m, v
///     refuses    a rate, epsilon or weight_decay below 0, betas outside [0, 1)
///
/// Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, with PyTorch's place of epsilon and its
/// weight decay, which is part of the gradient: https://pytorch.org/docs/stable/generated/torch.optim.Adam.html
///
///     ctnn::adam descent{.rate = 1e-3};
struct adam {
    double rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 0;

    [[nodiscard]] constexpr extent slots() const { return 2; }

    [[nodiscard]] error check() const { return detail::check_adam("adam", *this); }

    /// \pre time >= 1; parameters, gradients and state do not overlap
    template <class T>
    void step(T* parameters, const T* gradients, T* state, extent count, std::uint64_t time, extent stride = 0) const {
        kernels::descend(parameters, gradients, state, state + (stride == 0 ? count : stride), count, factors<T>(time));
    }

    /// What one step multiplies with. The corrections come from double: in float, 1 - 0.999 keeps five digits.
    template <class T>
    [[nodiscard]] kernels::moment_factors<T> factors(std::uint64_t time) const {
        const double steps = static_cast<double>(time);
        return {.rate = static_cast<T>(rate / (1.0 - std::pow(beta1, steps))),
                .decay = static_cast<T>(weight_decay),
                .shrink = T{1},
                .beta1 = static_cast<T>(beta1),
                .rest1 = static_cast<T>(1.0 - beta1),
                .beta2 = static_cast<T>(beta2),
                .rest2 = static_cast<T>(1.0 - beta2),
                .root_scale = static_cast<T>(1.0 / std::sqrt(1.0 - std::pow(beta2, steps))),
                .epsilon = static_cast<T>(epsilon)};
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
