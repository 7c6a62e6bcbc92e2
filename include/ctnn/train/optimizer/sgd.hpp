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

/// Stochastic gradient descent: with g = gradient + weight_decay * p and b = momentum * b + (1 - dampening) * g (b = g
/// at the first step), p -= rate * b, or p -= rate * (g + momentum * b) with Nesterov's momentum.
///
///     slots      1: b; none without momentum
///     refuses    nesterov without momentum or with dampening
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

    [[nodiscard]] constexpr extent slots() const { return momentum == 0 ? 0 : 1; }

    [[nodiscard]] error check() const {
        if (error failed = detail::check_setting("sgd", "rate", rate)) return failed;
        if (error failed = detail::check_setting("sgd", "momentum", momentum)) return failed;
        if (error failed = detail::check_setting("sgd", "weight_decay", weight_decay)) return failed;
        if (error failed = detail::check_setting("sgd", "dampening", dampening)) return failed;
        if (nesterov && (momentum == 0 || dampening != 0)) {
            return {error_kind::invalid_argument, "sgd: nesterov needs a momentum and no dampening"};
        }
        return {};
    }

    /// \pre time >= 1; parameters, gradients and state do not overlap
    template <class T>
    void step(T* parameters, const T* gradients, T* state, extent count, std::uint64_t time, extent = 0) const {
        // The first step fills the buffer, whatever momentum and dampening say; it is zero before.
        const bool first = time <= 1;
        const kernels::descent_factors<T> factors{.rate = static_cast<T>(rate),
                                                  .decay = static_cast<T>(weight_decay),
                                                  .keep = static_cast<T>(first ? 0.0 : momentum),
                                                  .take = static_cast<T>(first ? 1.0 : 1.0 - dampening),
                                                  .of_gradient = static_cast<T>(nesterov ? 1.0 : 0.0),
                                                  .of_buffer = static_cast<T>(nesterov ? momentum : 1.0)};
        if (slots() == 0)
            kernels::descend(parameters, gradients, count, factors);
        else
            kernels::descend(parameters, gradients, state, count, factors);
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
