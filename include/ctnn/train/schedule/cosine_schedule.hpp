// SPDX-License-Identifier: MIT
/// \file
/// A rate that falls along half a cosine.
#pragma once

#include <cmath>
#include <numbers>

#include "ctnn/train/schedule/schedule.hpp"

namespace ctnn {

/// lowest + (base - lowest) * (1 + cos(pi * time / length)) / 2: from base to lowest at length. After that it rises
/// again, as in PyTorch.
///
///     refuses    a length that is not above 0, a negative lowest
///
/// Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017, as PyTorch's
/// CosineAnnealingLR (T_max, eta_min):
/// https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html
///
///     const ctnn::rate_schedule schedule = ctnn::cosine_schedule{.length = 30};
struct cosine_schedule {
    double length = 10;
    double lowest = 0;

    [[nodiscard]] double rate(double base, double time) const {
        return lowest + (base - lowest) * (1 + std::cos(std::numbers::pi * time / length)) / 2;
    }
    [[nodiscard]] error check() const {
        if (error failed = detail::check_schedule("cosine_schedule", "length", length, 0, true)) return failed;
        return detail::check_schedule("cosine_schedule", "lowest", lowest);
    }
};

}  // namespace ctnn
