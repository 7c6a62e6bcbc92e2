// SPDX-License-Identifier: MIT
/// \file
/// Stochastic gradient descent, with momentum.
#pragma once

#include <cstdint>

#include "ctnn/core/config.hpp"
#include "ctnn/core/error.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/kernels/descend.hpp"
#include "ctnn/train/optimizer/optimizer.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Stochastic gradient descent: with g = gradient + weight_decay * p + l1 * sign(p) and b = momentum * b +
/// (1 - dampening) * g (b = g at the first step), p -= rate * b, or p -= rate * (g + momentum * b) with Nesterov's
/// momentum.
///
///     slots      1: b; none without momentum
///     refuses    numbers below 0, nesterov without momentum or with dampening
///
/// As PyTorch's SGD: https://pytorch.org/docs/stable/generated/torch.optim.SGD.html
///
///     ctnn::sgd descent{.rate = 0.1, .momentum = 0.9, .nesterov = true};
struct sgd {
    double rate = 1e-2;
    double momentum = 0;
    bool nesterov = false;
    double weight_decay = 0;
    double dampening = 0;
    double l1 = 0;
    bool decay_weights_only = false;

    [[nodiscard]] constexpr extent slots() const { return momentum == 0 ? 0 : 1; }

    [[nodiscard]] error check() const {
        if (error failed = detail::check_rate_and_decay("sgd", *this)) return failed;
        if (error failed = detail::check_setting("sgd", "momentum", momentum)) return failed;
        if (error failed = detail::check_setting("sgd", "dampening", dampening)) return failed;
        if (nesterov && (momentum == 0 || dampening != 0)) {
            return {error_kind::invalid_argument, "sgd: nesterov needs a momentum and no dampening"};
        }
        return {};
    }

    /// \pre time >= 1; parameters, gradients and state do not overlap
    template <class T>
    void step(T* parameters, const T* gradients, T* state, extent count, std::uint64_t time, extent stride = 0) const {
        using vec = kernels::vec<T>;
        const kernels::penalty<T> penalized{static_cast<T>(weight_decay), static_cast<T>(l1)};
        const T downhill = static_cast<T>(-rate);
        if (slots() == 0) {
            kernels::descend<0>(parameters, gradients, state, count, stride,
                                [=](vec p, vec g, vec*) { return fma(vec(downhill), penalized(p, g), p); });
            return;
        }
        // The first step fills the buffer, whatever momentum and dampening say; it is zero before.
        const bool first = time <= 1;
        const T keep = static_cast<T>(first ? 0.0 : momentum), take = static_cast<T>(first ? 1.0 : 1.0 - dampening);
        // The buffer (0, 1) or Nesterov's look ahead (1, momentum), without a branch.
        const T of_gradient = static_cast<T>(nesterov ? 1.0 : 0.0),
                of_buffer = static_cast<T>(nesterov ? momentum : 1.0);
        kernels::descend<1>(parameters, gradients, state, count, stride, [=](vec p, vec g, vec* buffer) {
            const vec gradient = penalized(p, g);
            *buffer = fma(vec(keep), *buffer, take * gradient);
            return fma(vec(downhill), fma(vec(of_gradient), gradient, of_buffer * *buffer), p);
        });
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
