// SPDX-License-Identifier: MIT
/// \file
/// A rate that falls at equal distances.
#pragma once

#include <cmath>

#include "ctnn/train/schedule/schedule.hpp"

namespace ctnn {

/// base * factor^k, k the number of whole lengths that have passed.
///
///     refuses    a length that is not above 0, a negative factor
///
/// As PyTorch's StepLR (step_size, gamma): https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.StepLR.html
///
///     const ctnn::rate_schedule schedule = ctnn::step_schedule{.length = 30, .factor = 0.1};
struct step_schedule {
    double length = 1;
    double factor = 0.1;

    [[nodiscard]] double rate(double base, double time) const {
        return base * std::pow(factor, std::floor(time / length));
    }
    [[nodiscard]] error check() const {
        if (error failed = detail::check_schedule("step_schedule", "length", length, 0, true)) return failed;
        return detail::check_schedule("step_schedule", "factor", factor);
    }
};

}  // namespace ctnn
