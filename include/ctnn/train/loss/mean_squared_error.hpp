// SPDX-License-Identifier: MIT
/// \file
/// The mean of the squared differences, for regression and reconstruction.
#pragma once

#include <string>

#include "ctnn/core/config.hpp"
#include "ctnn/train/loss/check.hpp"
#include "ctnn/train/loss/loss.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Mean squared error: the mean over all output elements of (output - value)^2.
///
///     head       any
///     target     values in the shape of the output; labels are not read
///     refuses    a target without values, values that are not finite
///
/// As PyTorch's MSELoss: https://pytorch.org/docs/stable/generated/torch.nn.MSELoss.html
///
///     const auto history = ctnn::fit(model, train, ctnn::mean_squared_error{}, ctnn::adam{}, {.epochs = 10});
struct mean_squared_error {
    static constexpr loss_head head = loss_head::any;

    [[nodiscard]] static constexpr extent labels_per_sample(dims) { return 0; }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        if (expected.values == nullptr) {
            return {error_kind::invalid_argument, "mean_squared_error: the target has no values; labels are not read"};
        }
        return detail::check_values("mean_squared_error", expected.values, samples, out.size());
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T>, extent samples, dims out) const {
        return static_cast<double>(samples * out.size());
    }

    template <class T>
    [[nodiscard]] double value(const T* output, target<T> expected, T* gradient, extent samples, dims out,
                               double normalizer) const {
        const double scale = mean_of(2.0, normalizer);
        const extent size = out.size();
        double sum = 0;
        for (extent s = 0; s < samples; ++s) {
            double sample_sum = 0;
            for (extent i = s * size; i < (s + 1) * size; ++i) {
                const double difference = static_cast<double>(output[i]) - static_cast<double>(expected.values[i]);
                sample_sum += difference * difference;
                if (gradient != nullptr) gradient[i] = static_cast<T>(difference * scale);
            }
            sum += sample_sum;
        }
        return sum;
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
