// SPDX-License-Identifier: MIT
/// \file
/// What the losses over embeddings share: groups of samples that belong together, and the cosine between two rows.
#pragma once

#include <cmath>
#include <string>

#include "ctnn/core/config.hpp"
#include "ctnn/train/loss/check.hpp"
#include "ctnn/train/loss/loss.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace losses {

/// Refuses samples that are no whole groups.
[[nodiscard]] inline error check_groups(const char* loss, extent samples, extent together) {
    if (samples % together == 0) return {};
    return {error_kind::invalid_argument,
            detail::text_of({loss, ": ", samples, " samples are no whole groups of ", together})};
}

/// The cosine of the angle between two rows of `size` numbers, and what its gradient is made of. As in PyTorch, 1e-12
/// is added to the squares, so that a row of zeros has cosine 0 with every row.
struct cosine {
    double value, a_squared, b_squared, product_of_lengths;

    template <class T>
    cosine(const T* a, const T* b, extent size) {
        double product = 0;
        a_squared = b_squared = 1e-12;
        for (extent k = 0; k < size; ++k) {
            const double x = static_cast<double>(a[k]), y = static_cast<double>(b[k]);
            product += x * y;
            a_squared += x * x;
            b_squared += y * y;
        }
        product_of_lengths = std::sqrt(a_squared) * std::sqrt(b_squared);
        value = product / product_of_lengths;
    }
    /// d value / d a[k], from a[k] and b[k].
    [[nodiscard]] double slope_a(double a, double b) const { return b / product_of_lengths - value * a / a_squared; }
    [[nodiscard]] double slope_b(double a, double b) const { return a / product_of_lengths - value * b / b_squared; }
};

}  // namespace losses
}  // namespace CTNN_BACKEND
}  // namespace ctnn
