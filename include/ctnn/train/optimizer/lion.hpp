// SPDX-License-Identifier: MIT
/// \file
/// Steps of one size, along the sign of a running mean.
#pragma once

#include <cstdint>

#include "ctnn/core/config.hpp"
#include "ctnn/core/error.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/kernels/descend.hpp"
#include "ctnn/train/optimizer/adam.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Lion: with g = gradient + l1 * sign(p),
/// p = p * (1 - rate * weight_decay) - rate * sign(beta1 * m + (1 - beta1) * g);
/// then m = beta2 * m + (1 - beta2) * g.
///
///     slots      1: m
///     refuses    a rate or penalty below 0, betas outside [0, 1)
///
/// Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023, program 2: https://arxiv.org/abs/2302.06675
/// Its rate is three to ten times smaller than that of adamw, and its weight decay as many times larger.
///
///     ctnn::lion descent{.rate = 1e-4, .weight_decay = 1};
struct lion {
    double rate = 1e-4;
    double beta1 = 0.9;
    double beta2 = 0.99;
    double weight_decay = 0;
    double l1 = 0;
    bool decay_weights_only = false;

    [[nodiscard]] constexpr extent slots() const { return 1; }

    [[nodiscard]] error check() const { return detail::check_moments("lion", *this); }

    /// \pre time >= 1; parameters, gradients and state do not overlap
    template <class T>
    void step(T* parameters, const T* gradients, T* state, extent count, std::uint64_t, extent stride = 0) const {
        using vec = kernels::vec<T>;
        const kernels::penalty<T> penalized{T{0}, static_cast<T>(l1)};
        const T downhill = static_cast<T>(-rate), shrink = static_cast<T>(1.0 - rate * weight_decay),
                keep = static_cast<T>(beta2), take = static_cast<T>(1.0 - beta2), of_mean = static_cast<T>(beta1),
                of_gradient = static_cast<T>(1.0 - beta1);
        kernels::descend<1>(parameters, gradients, state, count, stride, [=](vec p, vec g, vec* mean) {
            const vec gradient = penalized(p, g);
            const vec direction = sign(fma(vec(of_mean), *mean, of_gradient * gradient));
            *mean = fma(vec(keep), *mean, take * gradient);
            return fma(vec(downhill), direction, shrink * p);
        });
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
