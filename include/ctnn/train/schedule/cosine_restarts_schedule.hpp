// SPDX-License-Identifier: MIT
/// \file
/// A rate that falls along half a cosine, again and again.
#pragma once

#include <cmath>

#include "ctnn/train/schedule/cosine_schedule.hpp"

namespace ctnn {

/// cosine_schedule that begins anew when its length has passed; each round is growth times as long as the one before.
///
///     refuses    a length that is not above 0, a growth below 1, a negative lowest
///
/// Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017, as PyTorch's
/// CosineAnnealingWarmRestarts (T_0, T_mult, eta_min):
/// https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.html
///
///     const ctnn::rate_schedule schedule = ctnn::cosine_restarts_schedule{.length = 10, .growth = 2};
struct cosine_restarts_schedule {
    double length = 10;
    double growth = 1;
    double lowest = 0;

    [[nodiscard]] double rate(double base, double time) const {
        double round = length;
        if (growth == 1) time = std::fmod(time, round);
        for (; time >= round; round *= growth) time -= round;
        return cosine_schedule{round, lowest}.rate(base, time);
    }
    [[nodiscard]] error check() const {
        constexpr const char* name = "cosine_restarts_schedule";
        if (error failed = detail::check_schedule(name, "length", length, 0, true)) return failed;
        if (error failed = detail::check_schedule(name, "growth", growth, 1)) return failed;
        return detail::check_schedule(name, "lowest", lowest);
    }
};

}  // namespace ctnn
