// SPDX-License-Identifier: MIT
/// \file
/// Adam that waits until its second moment is worth something.
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

/// RAdam: Adam whose steps are scaled by how sure v is. With N = 2 / (1 - beta2) - 1 and
/// n = N - 2 * time * beta2^time / (1 - beta2^time), while n <= 5 it is p -= rate * m', then
/// p -= rate * r * m' / ((sqrt(v) + epsilon) / sqrt(1 - beta2^time)) with
/// r = sqrt((n - 4) * (n - 2) * N / ((N - 4) * (N - 2) * n)).
///
///     slots      2: m, v
///     refuses    what adam refuses
///
/// Liu et al., "On the variance of the adaptive learning rate and beyond", ICLR 2020, as PyTorch's RAdam:
/// https://pytorch.org/docs/stable/generated/torch.optim.RAdam.html
///
///     ctnn::radam descent{.rate = 1e-3};
struct radam {
    double rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 0;
    double l1 = 0;
    bool decay_weights_only = false;

    [[nodiscard]] constexpr extent slots() const { return 2; }

    [[nodiscard]] error check() const { return detail::check_moments("radam", *this); }

    /// \pre time >= 1; parameters, gradients and state do not overlap
    template <class T>
    void step(T* parameters, const T* gradients, T* state, extent count, std::uint64_t time, extent stride = 0) const {
        auto factors = detail::factors_of<T>(*this);
        const double missing = detail::bias_correction(beta2, time), steps = static_cast<double>(time);
        const double longest = 2 / (1 - beta2) - 1, length = longest - 2 * steps * std::pow(beta2, steps) / missing;
        double scale = rate / detail::bias_correction(beta1, time);
        if (length > 5) {
            scale *= std::sqrt(missing * ((length - 4) * (length - 2) * longest) /
                               ((longest - 4) * (longest - 2) * length));
        } else {  // the denominator is 1
            factors.root_scale = T{0};
            factors.epsilon = T{1};
        }
        factors.of_mean = static_cast<T>(scale);
        kernels::descend(false, parameters, gradients, state, count, stride, factors);
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
