// SPDX-License-Identifier: MIT
/// \file
/// A rate that falls to zero along a power of the time that is left.
#pragma once

#include <cmath>

#include "ctnn/train/schedule/schedule.hpp"

namespace ctnn {

/// base * (1 - time / length)^power, and 0 from length on.
///
///     refuses    a length that is not above 0, a negative power
///
/// As PyTorch's PolynomialLR (total_iters):
/// https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.PolynomialLR.html
///
///     const ctnn::rate_schedule schedule = ctnn::polynomial_schedule{.length = 40, .power = 0.9};
struct polynomial_schedule {
    double length = 5;
    double power = 1;

    [[nodiscard]] double rate(double base, double time) const {
        return time < length ? base * std::pow(1 - time / length, power) : 0.0;
    }
    [[nodiscard]] error check() const {
        if (error failed = detail::check_schedule("polynomial_schedule", "length", length, 0, true)) return failed;
        return detail::check_schedule("polynomial_schedule", "power", power);
    }
};

}  // namespace ctnn
