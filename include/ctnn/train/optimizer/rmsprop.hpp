// SPDX-License-Identifier: MIT
/// \file
/// Steps divided by the root of the mean square of the gradient.
#pragma once

#include <cstdint>

#include "ctnn/core/config.hpp"
#include "ctnn/core/error.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/kernels/descend.hpp"
#include "ctnn/train/optimizer/optimizer.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// RMSprop: with g = gradient + weight_decay * p + l1 * sign(p) and s = smoothing * s + (1 - smoothing) * g^2,
/// d = g / (sqrt(s) + epsilon), or with centered g / (sqrt(s - a^2) + epsilon), where
/// a = smoothing * a + (1 - smoothing) * g. Then p -= rate * d, or with momentum p -= rate * b, b = momentum * b + d.
///
///     slots      1 to 3: s, a with centered, b with momentum
///     refuses    numbers below 0
///
/// Tieleman and Hinton, "Lecture 6.5 - rmsprop", Coursera, 2012; centered as in Graves, "Generating sequences with
/// recurrent neural networks", 2013. As PyTorch's RMSprop, whose alpha is smoothing (Keras adds epsilon below the
/// root):
/// https://pytorch.org/docs/stable/generated/torch.optim.RMSprop.html
///
///     ctnn::rmsprop descent{.rate = 1e-3, .momentum = 0.9};
struct rmsprop {
    double rate = 1e-2;
    double smoothing = 0.99;
    double epsilon = 1e-8;
    double weight_decay = 0;
    double momentum = 0;
    bool centered = false;
    double l1 = 0;
    bool decay_weights_only = false;

    [[nodiscard]] constexpr extent slots() const { return 1 + (centered ? 1 : 0) + (momentum == 0 ? 0 : 1); }

    [[nodiscard]] error check() const {
        if (error failed = detail::check_rate_and_decay("rmsprop", *this)) return failed;
        if (error failed = detail::check_setting("rmsprop", "smoothing", smoothing)) return failed;
        if (error failed = detail::check_setting("rmsprop", "epsilon", epsilon)) return failed;
        return detail::check_setting("rmsprop", "momentum", momentum);
    }

    /// \pre time >= 1; parameters, gradients and state do not overlap
    template <class T>
    void step(T* parameters, const T* gradients, T* state, extent count, std::uint64_t, extent stride = 0) const {
        const auto run = [&]<bool Centered, bool Momentum>() {
            kernels::descend<1 + Centered + Momentum>(parameters, gradients, state, count, stride,
                                                      rule<Centered, Momentum, T>());
        };
        if (centered)
            momentum == 0 ? run.template operator()<true, false>() : run.template operator()<true, true>();
        else
            momentum == 0 ? run.template operator()<false, false>() : run.template operator()<false, true>();
    }

private:
    template <bool Centered, bool Momentum, class T>
    [[nodiscard]] auto rule() const {
        using vec = kernels::vec<T>;
        const kernels::penalty<T> penalized{static_cast<T>(weight_decay), static_cast<T>(l1)};
        const T downhill = static_cast<T>(-rate), keep = static_cast<T>(smoothing),
                take = static_cast<T>(1.0 - smoothing), least = static_cast<T>(epsilon),
                keep_buffer = static_cast<T>(momentum);
        return [=](vec p, vec g, vec* slot) {
            const vec gradient = penalized(p, g);
            vec& square = slot[0];
            square = fma(vec(keep), square, take * (gradient * gradient));
            vec spread = square;
            if constexpr (Centered) {
                vec& mean = slot[1];
                mean = fma(vec(keep), mean, take * gradient);
                // Gradients that do not change leave nothing but rounding here, which may be below 0.
                spread = max(fma(-mean, mean, square), vec(T{0}));
            }
            vec direction = gradient / (sqrt(spread) + least);
            if constexpr (Momentum)
                direction = slot[1 + Centered] = fma(vec(keep_buffer), slot[1 + Centered], direction);
            return fma(vec(downhill), direction, p);
        };
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
