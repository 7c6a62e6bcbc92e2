// SPDX-License-Identifier: MIT
/// \file
/// The mean of the absolute differences: regression to the median.
#pragma once

#include <cmath>

#include "ctnn/core/config.hpp"
#include "ctnn/train/loss/regression.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Mean absolute error (L1): the mean over all output elements of |output - value|; its slope at 0 is 0.
///
///     head       any
///     target     values in the shape of the output; labels are not read
///     refuses    a target without values, values that are not finite
///
/// As PyTorch's L1Loss: https://pytorch.org/docs/stable/generated/torch.nn.L1Loss.html
///
///     const auto history = ctnn::fit(model, train, ctnn::mean_absolute_error{}, ctnn::adam{}, {.epochs = 10});
struct mean_absolute_error {
    static constexpr loss_head head = loss_head::any;

    [[nodiscard]] static constexpr extent labels_per_sample(dims) { return 0; }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        return losses::check_has_values("mean_absolute_error", expected, samples, out);
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T>, extent samples, dims out) const {
        return static_cast<double>(samples * out.size());
    }

    template <class T>
    [[nodiscard]] double value(const T* output, target<T> expected, T* gradient, extent samples, dims out,
                               double normalizer) const {
        return losses::sum_of_differences(output, expected, gradient, samples, out, normalizer, [](double difference) {
            return losses::loss_and_slope{std::abs(difference), difference > 0 ? 1.0 : difference < 0 ? -1.0 : 0.0};
        });
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
