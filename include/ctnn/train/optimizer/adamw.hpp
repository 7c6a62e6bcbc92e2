// SPDX-License-Identifier: MIT
/// \file
/// Adam with weight decay that does not pass through its moments.
#pragma once

#include <cstdint>

#include "ctnn/core/config.hpp"
#include "ctnn/core/error.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/kernels/descend.hpp"
#include "ctnn/train/optimizer/adam.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// AdamW: p *= 1 - rate * weight_decay, then a step of Adam without weight decay.
///
///     slots      2: the two moments
///     refuses    what adam refuses
///
/// Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019, as PyTorch's AdamW:
/// https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html
///
///     ctnn::adamw descent{.rate = 1e-3, .weight_decay = 0.05};
struct adamw {
    double rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 1e-2;

    [[nodiscard]] constexpr extent slots() const { return 2; }

    [[nodiscard]] error check() const { return detail::check_adam("adamw", *this); }

    /// \pre time >= 1; parameters, gradients and state do not overlap
    template <class T>
    void step(T* parameters, const T* gradients, T* state, extent count, std::uint64_t time, extent stride = 0) const {
        const adam moments{.rate = rate, .beta1 = beta1, .beta2 = beta2, .epsilon = epsilon};
        kernels::moment_factors<T> factors = moments.factors<T>(time);
        factors.shrink = static_cast<T>(1.0 - rate * weight_decay);
        kernels::descend(parameters, gradients, state, state + (stride == 0 ? count : stride), count, factors);
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
