// SPDX-License-Identifier: MIT
/// \file
/// Adam with weight decay that does not pass through its moments.
#pragma once

#include <cstdint>

#include "ctnn/core/config.hpp"
#include "ctnn/core/error.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/kernels/moments.hpp"
#include "ctnn/train/optimizer/adam.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// AdamW: p *= 1 - rate * weight_decay, then a step of Adam without weight decay. l1 is part of the gradient.
///
///     slots      2: the two moments; 3 with amsgrad
///     refuses    what adam refuses
///
/// Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019, as PyTorch's AdamW:
/// https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html
///
///     ctnn::adamw descent{.rate = 1e-3, .weight_decay = 0.05, .decay_weights_only = true};
struct adamw {
    double rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 1e-2;
    bool amsgrad = false;
    double l1 = 0;
    bool decay_weights_only = false;

    [[nodiscard]] constexpr extent slots() const { return amsgrad ? 3 : 2; }

    [[nodiscard]] error check() const { return detail::check_moments("adamw", *this); }

    /// \pre time >= 1; parameters, gradients and state do not overlap
    template <class T>
    void step(T* parameters, const T* gradients, T* state, extent count, std::uint64_t time, extent stride = 0) const {
        auto factors = detail::factors_of<T>(*this, time);
        factors.penalized.l2 = T{0};
        factors.shrink = static_cast<T>(1.0 - rate * weight_decay);
        kernels::descend(amsgrad, parameters, gradients, state, count, stride, factors);
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
