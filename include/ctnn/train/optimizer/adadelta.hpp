// SPDX-License-Identifier: MIT
/// \file
/// Steps in the unit of the parameters, from running squares of gradients and steps.
#pragma once

#include <cstdint>

#include "ctnn/core/config.hpp"
#include "ctnn/core/error.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/kernels/descend.hpp"
#include "ctnn/train/optimizer/optimizer.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Adadelta: with g = gradient + weight_decay * p + l1 * sign(p), s = smoothing * s + (1 - smoothing) * g^2 and
/// d = sqrt(a + epsilon) / sqrt(s + epsilon) * g, p -= rate * d; then a = smoothing * a + (1 - smoothing) * d^2.
///
///     slots      2: s, a
///     refuses    numbers below 0, smoothing outside [0, 1)
///
/// Zeiler, "ADADELTA: an adaptive learning rate method", 2012, as PyTorch's Adadelta, whose rho is smoothing:
/// https://pytorch.org/docs/stable/generated/torch.optim.Adadelta.html
///
///     ctnn::adadelta descent{};
struct adadelta {
    double rate = 1;
    double smoothing = 0.9;
    double epsilon = 1e-6;
    double weight_decay = 0;
    double l1 = 0;
    bool decay_weights_only = false;

    [[nodiscard]] constexpr extent slots() const { return 2; }

    [[nodiscard]] error check() const {
        if (error failed = detail::check_rate_and_decay("adadelta", *this)) return failed;
        if (error failed = detail::check_setting("adadelta", "smoothing", smoothing, 1)) return failed;
        return detail::check_setting("adadelta", "epsilon", epsilon);
    }

    /// \pre time >= 1; parameters, gradients and state do not overlap
    template <class T>
    void step(T* parameters, const T* gradients, T* state, extent count, std::uint64_t, extent stride = 0) const {
        using vec = kernels::vec<T>;
        const kernels::penalty<T> penalized{static_cast<T>(weight_decay), static_cast<T>(l1)};
        const T downhill = static_cast<T>(-rate), keep = static_cast<T>(smoothing),
                take = static_cast<T>(1.0 - smoothing), least = static_cast<T>(epsilon);
        kernels::descend<2>(parameters, gradients, state, count, stride, [=](vec p, vec g, vec* slot) {
            vec &square = slot[0], &step_square = slot[1];
            const vec gradient = penalized(p, g);
            square = fma(vec(keep), square, take * (gradient * gradient));
            const vec direction = sqrt(step_square + least) / sqrt(square + least) * gradient;
            step_square = fma(vec(keep), step_square, take * (direction * direction));
            return fma(vec(downhill), direction, p);
        });
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
