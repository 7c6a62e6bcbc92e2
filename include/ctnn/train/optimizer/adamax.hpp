// SPDX-License-Identifier: MIT
/// \file
/// Adam with the infinity norm.
#pragma once

#include <cstdint>

#include "ctnn/core/config.hpp"
#include "ctnn/core/error.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/kernels/descend.hpp"
#include "ctnn/train/optimizer/adam.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Adamax: with g = gradient + weight_decay * p + l1 * sign(p), m = beta1 * m + (1 - beta1) * g and
/// u = max(beta2 * u, |g| + epsilon), p -= rate / (1 - beta1^time) * m / u.
///
///     slots      2: m, u
///     refuses    what adam refuses
///
/// Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, as PyTorch's Adamax:
/// https://pytorch.org/docs/stable/generated/torch.optim.Adamax.html
///
///     ctnn::adamax descent{.rate = 2e-3};
struct adamax {
    double rate = 2e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 0;
    double l1 = 0;
    bool decay_weights_only = false;

    [[nodiscard]] constexpr extent slots() const { return 2; }

    [[nodiscard]] error check() const { return detail::check_moments("adamax", *this); }

    /// \pre time >= 1; parameters, gradients and state do not overlap
    template <class T>
    void step(T* parameters, const T* gradients, T* state, extent count, std::uint64_t time, extent stride = 0) const {
        using vec = kernels::vec<T>;
        const auto with = detail::factors_of<T>(*this);
        const T downhill = static_cast<T>(-rate / detail::bias_correction(beta1, time));
        kernels::descend<2>(parameters, gradients, state, count, stride, [=](vec p, vec g, vec* slot) {
            vec &mean = slot[0], &largest = slot[1];
            const vec gradient = with.penalized(p, g);
            mean = fma(vec(with.beta1), mean, with.rest1 * gradient);
            largest = max(abs(gradient) + with.epsilon, with.beta2 * largest);
            return p + (downhill * mean) / largest;
        });
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
