// SPDX-License-Identifier: MIT
/// \file
/// What the losses on the differences between outputs and values share: their check and their loop.
#pragma once

#include <limits>
#include <string>

#include "ctnn/core/config.hpp"
#include "ctnn/train/loss/check.hpp"
#include "ctnn/train/loss/loss.hpp"
#include "ctnn/train/loss/sum.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace losses {

/// The loss of one difference, and its derivative.
struct loss_and_slope {
    double loss = 0, slope = 0;
};

/// Refuses a target without values, and values that are not finite or below `low`.
template <class T>
[[nodiscard]] error check_has_values(const char* loss, target<T> expected, extent samples, dims out,
                                     double low = -std::numeric_limits<double>::infinity()) {
    if (expected.values == nullptr)
        return {error_kind::invalid_argument, std::string(loss) + ": the target has no values; labels are not read"};
    return ctnn::detail::check_values(loss, expected.values, samples, out.size(), low);
}

/// The sum of of(output - value).loss over all elements, with the gradient of the mean.
template <class T, class Of>
[[nodiscard]] double sum_of_differences(const T* output, target<T> expected, T* gradient, extent samples, dims out,
                                        double normalizer, const Of& of) {
    const double scale = mean_of(1.0, normalizer);
    return sum_of_samples(samples, out.size(), [&](extent i) {
        const loss_and_slope at = of(static_cast<double>(output[i]) - static_cast<double>(expected.values[i]));
        if (gradient != nullptr) gradient[i] = static_cast<T>(at.slope * scale);
        return at.loss;
    });
}

}  // namespace losses
}  // namespace CTNN_BACKEND
}  // namespace ctnn
