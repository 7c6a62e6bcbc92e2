// SPDX-License-Identifier: MIT
/// \file
/// Squared differences near the truth, absolute ones far from it, so that outliers do not lead.
#pragma once

#include <cmath>

#include "ctnn/core/config.hpp"
#include "ctnn/train/loss/regression.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Huber's loss: the mean over all output elements of d^2 / 2 where |d| <= delta, else delta * (|d| - delta / 2), d the
/// difference between output and value. It is delta times smooth_l1 of beta = delta.
///
///     head       any
///     target     values in the shape of the output; labels are not read
///     refuses    a target without values, values that are not finite; a delta that is not above 0
///
/// As PyTorch's HuberLoss: https://pytorch.org/docs/stable/generated/torch.nn.HuberLoss.html
///
///     const auto history = ctnn::fit(model, train, ctnn::huber{.delta = 2}, ctnn::adam{}, {.epochs = 10});
struct huber {
    static constexpr loss_head head = loss_head::any;

    double delta = 1;

    [[nodiscard]] static constexpr extent labels_per_sample(dims) { return 0; }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        if (error failed = detail::check_positive("huber", "delta", delta)) return failed;
        return losses::check_has_values("huber", expected, samples, out);
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T>, extent samples, dims out) const {
        return static_cast<double>(samples * out.size());
    }

    template <class T>
    [[nodiscard]] double value(const T* output, target<T> expected, T* gradient, extent samples, dims out,
                               double normalizer) const {
        return losses::sum_of_differences(
            output, expected, gradient, samples, out, normalizer, [d = delta](double difference) {
                const double size = std::abs(difference);
                if (size <= d) return losses::loss_and_slope{0.5 * difference * difference, difference};
                return losses::loss_and_slope{d * (size - 0.5 * d), std::copysign(d, difference)};
            });
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
