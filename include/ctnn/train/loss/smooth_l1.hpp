// SPDX-License-Identifier: MIT
/// \file
/// Absolute differences whose corner at the truth is rounded off.
#pragma once

#include <cmath>

#include "ctnn/core/config.hpp"
#include "ctnn/train/loss/regression.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Smooth L1: the mean over all output elements of d^2 / (2 beta) where |d| < beta, else |d| - beta / 2, d the
/// difference between output and value. A beta of 0 is mean_absolute_error.
///
///     head       any
///     target     values in the shape of the output; labels are not read
///     refuses    a target without values, values that are not finite; a beta that is negative or not finite
///
/// As PyTorch's SmoothL1Loss, the loss of boxes in Fast R-CNN:
/// https://pytorch.org/docs/stable/generated/torch.nn.SmoothL1Loss.html
///
///     const auto history = ctnn::fit(model, train, ctnn::smooth_l1{.beta = 0.1}, ctnn::adam{}, {.epochs = 10});
struct smooth_l1 {
    static constexpr loss_head head = loss_head::any;

    double beta = 1;

    [[nodiscard]] static constexpr extent labels_per_sample(dims) { return 0; }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        if (error failed = detail::check_weight("smooth_l1", "beta", beta)) return failed;
        return losses::check_has_values("smooth_l1", expected, samples, out);
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T>, extent samples, dims out) const {
        return static_cast<double>(samples * out.size());
    }

    template <class T>
    [[nodiscard]] double value(const T* output, target<T> expected, T* gradient, extent samples, dims out,
                               double normalizer) const {
        return losses::sum_of_differences(
            output, expected, gradient, samples, out, normalizer, [b = beta](double difference) {
                const double size = std::abs(difference);
                if (size < b) return losses::loss_and_slope{0.5 * difference * difference / b, difference / b};
                return losses::loss_and_slope{size - 0.5 * b, difference > 0 ? 1.0 : difference < 0 ? -1.0 : 0.0};
            });
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
