// SPDX-License-Identifier: MIT
/// \file
/// A rate that rises before another schedule begins.
#pragma once

#include "ctnn/train/schedule/schedule.hpp"

namespace ctnn {

/// base * (from + (1 - from) * time / length) while time < length; then the schedule `then`, whose time begins there.
///
///     refuses    a negative length, a negative from, what `then` refuses
///
/// Goyal et al., "Accurate, large minibatch SGD", 2017, as PyTorch's SequentialLR of LinearLR (total_iters,
/// start_factor) and another: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LinearLR.html
///
///     const ctnn::cosine_schedule falling{.length = 45};
///     const ctnn::rate_schedule schedule = ctnn::warm_up_schedule{.length = 5, .then = falling};
struct warm_up_schedule {
    double length = 5;
    double from = 1.0 / 3;
    rate_schedule then{};

    [[nodiscard]] double rate(double base, double time) const {
        return time < length ? base * (from + (1 - from) * time / length) : then.rate(base, time - length);
    }
    [[nodiscard]] error check() const {
        if (error failed = detail::check_schedule("warm_up_schedule", "length", length)) return failed;
        if (error failed = detail::check_schedule("warm_up_schedule", "from", from)) return failed;
        return then.check();
    }
    void observe(double measured, bool larger_is_better) { then.observe(measured, larger_is_better); }
};

}  // namespace ctnn
