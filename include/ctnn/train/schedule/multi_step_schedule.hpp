// SPDX-License-Identifier: MIT
/// \file
/// A rate that falls at given times.
#pragma once

#include <cmath>
#include <vector>

#include "ctnn/train/schedule/schedule.hpp"

namespace ctnn {

/// base * factor^k, k the number of milestones that have been reached.
///
///     refuses    negative milestones, a negative factor
///
/// As PyTorch's MultiStepLR (gamma): https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiStepLR.html
///
///     const ctnn::rate_schedule schedule = ctnn::multi_step_schedule{.milestones = {30, 80}};
struct multi_step_schedule {
    std::vector<double> milestones;
    double factor = 0.1;

    [[nodiscard]] double rate(double base, double time) const {
        int reached = 0;
        for (const double milestone : milestones) reached += milestone <= time ? 1 : 0;
        return base * std::pow(factor, reached);
    }
    [[nodiscard]] error check() const {
        for (const double milestone : milestones)
            if (error failed = detail::check_schedule("multi_step_schedule", "a milestone", milestone)) return failed;
        return detail::check_schedule("multi_step_schedule", "factor", factor);
    }
};

}  // namespace ctnn
