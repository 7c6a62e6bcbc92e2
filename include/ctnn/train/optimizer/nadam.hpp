// SPDX-License-Identifier: MIT
/// \file
/// Adam with Nesterov's look ahead.
#pragma once

#include <cmath>
#include <cstdint>

#include "ctnn/core/config.hpp"
#include "ctnn/core/error.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/kernels/moments.hpp"
#include "ctnn/train/optimizer/adam.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// NAdam: with u(i) = beta1 * (1 - 0.96^(i * momentum_decay) / 2) and U(t) the product of u(1) to u(t),
/// p -= rate * ((1 - u(time)) / (1 - U(time)) * g + u(time + 1) / (1 - U(time + 1)) * m) / (sqrt(v') + epsilon), g, m
/// and v' those of Adam.
///
///     slots      2: m, v
///     refuses    what adam refuses, a momentum_decay below 0
///
/// Dozat, "Incorporating Nesterov momentum into Adam", ICLR 2016 workshop, as PyTorch's NAdam is documented:
/// https://pytorch.org/docs/stable/generated/torch.optim.NAdam.html. Release 1.13 of PyTorch computes U(time + 1) with
/// u(time) twice, later ones do not.
///
///     ctnn::nadam descent{.rate = 2e-3};
struct nadam {
    double rate = 2e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 0;
    double momentum_decay = 4e-3;
    double l1 = 0;
    bool decay_weights_only = false;

    [[nodiscard]] constexpr extent slots() const { return 2; }

    [[nodiscard]] error check() const {
        if (error failed = detail::check_moments("nadam", *this)) return failed;
        return detail::check_setting("nadam", "momentum_decay", momentum_decay);
    }

    /// \pre time >= 1; parameters, gradients and state do not overlap
    template <class T>
    void step(T* parameters, const T* gradients, T* state, extent count, std::uint64_t time, extent stride = 0) const {
        auto factors = detail::factors_of<T>(*this);
        const double now = momentum_at(time), next = momentum_at(time + 1), product = momenta_until(time);
        factors.of_gradient = static_cast<T>(rate * (1 - now) / (1 - product));
        factors.of_mean = static_cast<T>(rate * next / (1 - product * next));
        factors.root_scale = static_cast<T>(1.0 / std::sqrt(detail::bias_correction(beta2, time)));
        kernels::descend(false, parameters, gradients, state, count, stride, factors);
    }

private:
    /// The logarithm of 0.96^momentum_decay.
    [[nodiscard]] double fade() const { return momentum_decay * std::log(0.96); }

    [[nodiscard]] double momentum_at(std::uint64_t time) const {
        return beta1 * (1 - std::exp(static_cast<double>(time) * fade()) / 2);
    }
    /// U(time) without the steps before: log(1 - x / 2) = -sum over k of (x / 2)^k / k, and the sum over the steps of
    /// x^k, x = 0.96^(i * momentum_decay), is that of a geometric row. Term 56 is below 2^-56 of the first.
    [[nodiscard]] double momenta_until(std::uint64_t time) const {
        const double steps = static_cast<double>(time);
        double sum = 0, half = 1;
        for (int k = 1; k <= 56; ++k) {
            half /= 2;
            const double each = k * fade();  // x^k of step 1 is exp(each)
            const double row = each == 0 ? steps : std::exp(each) * std::expm1(each * steps) / std::expm1(each);
            sum += half / k * row;
        }
        return std::pow(beta1, steps) * std::exp(-sum);
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
