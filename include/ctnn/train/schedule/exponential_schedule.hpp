// SPDX-License-Identifier: MIT
/// \file
/// A rate that falls by a factor each time.
#pragma once

#include <cmath>

#include "ctnn/train/schedule/schedule.hpp"

namespace ctnn {

/// base * factor^time.
///
///     refuses    a negative factor
///
/// As PyTorch's ExponentialLR (gamma):
/// https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ExponentialLR.html
///
///     const ctnn::rate_schedule schedule = ctnn::exponential_schedule{.factor = 0.95};
struct exponential_schedule {
    double factor = 0.95;

    [[nodiscard]] double rate(double base, double time) const { return base * std::pow(factor, time); }
    [[nodiscard]] error check() const { return detail::check_schedule("exponential_schedule", "factor", factor); }
};

}  // namespace ctnn
