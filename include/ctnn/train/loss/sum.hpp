// SPDX-License-Identifier: MIT
/// \file
/// The order in which losses add up: sample after sample, so that slices of a batch give the bits of the whole.
#pragma once

#include "ctnn/core/config.hpp"
#include "ctnn/core/shape.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace losses {

/// The sum of of(i) for the `per_sample` indices of each of the samples, which are added up first.
template <class Of>
[[nodiscard]] double sum_of_samples(extent samples, extent per_sample, const Of& of) {
    double sum = 0;
    for (extent s = 0; s < samples; ++s) {
        double sample_sum = 0;
        for (extent i = s * per_sample; i < (s + 1) * per_sample; ++i) sample_sum += of(i);
        sum += sample_sum;
    }
    return sum;
}

}  // namespace losses
}  // namespace CTNN_BACKEND
}  // namespace ctnn
