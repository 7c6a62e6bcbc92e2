// SPDX-License-Identifier: MIT
/// \file
/// Steps divided by the root of the sum of squared gradients.
#pragma once

#include <cstdint>

#include "ctnn/core/config.hpp"
#include "ctnn/core/error.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/kernels/descend.hpp"
#include "ctnn/train/optimizer/optimizer.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Adagrad: with g = gradient + weight_decay * p + l1 * sign(p) and s = s + g^2, which begins as initial_sum,
/// p -= rate / (1 + (time - 1) * rate_decay) * g / (sqrt(s) + epsilon).
///
///     slots      1: s
///     refuses    numbers below 0
///
/// Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic optimization", JMLR 2011,
/// as PyTorch's Adagrad (lr_decay and initial_accumulator_value there):
/// https://pytorch.org/docs/stable/generated/torch.optim.Adagrad.html
///
///     ctnn::adagrad descent{.rate = 0.01};
struct adagrad {
    double rate = 1e-2;
    double rate_decay = 0;
    double epsilon = 1e-10;
    double weight_decay = 0;
    double initial_sum = 0;
    double l1 = 0;
    bool decay_weights_only = false;

    [[nodiscard]] constexpr extent slots() const { return 1; }

    [[nodiscard]] error check() const {
        if (error failed = detail::check_rate_and_decay("adagrad", *this)) return failed;
        if (error failed = detail::check_setting("adagrad", "rate_decay", rate_decay)) return failed;
        if (error failed = detail::check_setting("adagrad", "epsilon", epsilon)) return failed;
        return detail::check_setting("adagrad", "initial_sum", initial_sum);
    }

    /// \pre time >= 1; parameters, gradients and state do not overlap
    template <class T>
    void step(T* parameters, const T* gradients, T* state, extent count, std::uint64_t time, extent stride = 0) const {
        using vec = kernels::vec<T>;
        const kernels::penalty<T> penalized{static_cast<T>(weight_decay), static_cast<T>(l1)};
        const T downhill = static_cast<T>(-rate / (1.0 + static_cast<double>(time - 1) * rate_decay)),
                least = static_cast<T>(epsilon), start = static_cast<T>(time == 1 ? initial_sum : 0.0);
        kernels::descend<1>(parameters, gradients, state, count, stride, [=](vec p, vec g, vec* sum) {
            const vec gradient = penalized(p, g);
            *sum = fma(gradient, gradient, *sum + start);
            return p + (downhill * gradient) / (sqrt(*sum) + least);
        });
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
