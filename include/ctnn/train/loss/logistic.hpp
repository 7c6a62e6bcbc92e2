// SPDX-License-Identifier: MIT
/// \file
/// The sigmoid of a logit and its logarithms, without overflow and without cancellation.
#pragma once

#include <algorithm>
#include <cmath>

#include "ctnn/core/config.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace losses {

/// What the losses on sigmoid read of a logit z. The exponential e^-|z| is at most 1 and never overflows.
struct logistic {
    double yes, no;            ///< the probabilities of 1 and of 0; neither is 1 minus the other, which would cancel
    double miss_yes, miss_no;  ///< -ln yes and -ln no: softplus(-z) and softplus(z)

    template <class T>
    explicit logistic(T logit) {
        // softplus(z) = max(z, 0) + log(1 + e^-|z|)
        const T small = std::exp(-std::abs(logit));
        const double tail = static_cast<double>(std::log1p(small));
        const double z = static_cast<double>(logit);
        miss_yes = std::max(-z, 0.0) + tail;
        miss_no = std::max(z, 0.0) + tail;
        const double likely = 1.0 / (1.0 + static_cast<double>(small));
        const double unlikely = static_cast<double>(small) * likely;
        yes = z >= 0 ? likely : unlikely;
        no = z >= 0 ? unlikely : likely;
    }
};

}  // namespace losses
}  // namespace CTNN_BACKEND
}  // namespace ctnn
