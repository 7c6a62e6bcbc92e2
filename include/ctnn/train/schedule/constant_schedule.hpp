// SPDX-License-Identifier: MIT
/// \file
/// Another rate for a while.
#pragma once

#include "ctnn/train/schedule/schedule.hpp"

namespace ctnn {

/// base * factor while time < length, then base.
///
///     refuses    a negative factor or length
///
/// As PyTorch's ConstantLR: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ConstantLR.html
///
///     const ctnn::rate_schedule schedule = ctnn::constant_schedule{.factor = 0.1, .length = 3};
struct constant_schedule {
    double factor = 1.0 / 3;
    double length = 5;

    [[nodiscard]] double rate(double base, double time) const { return time < length ? base * factor : base; }
    [[nodiscard]] error check() const {
        if (error failed = detail::check_schedule("constant_schedule", "factor", factor)) return failed;
        return detail::check_schedule("constant_schedule", "length", length);
    }
};

}  // namespace ctnn
