// SPDX-License-Identifier: MIT
/// \file
/// A rate that rises to its largest and falls to almost nothing.
#pragma once

#include <cmath>
#include <numbers>
#include <string>

#include "ctnn/train/schedule/schedule.hpp"

namespace ctnn {

/// From base / start_divisor up to base, the largest rate, in the first `rise` of the length, then down to
/// base / (start_divisor * end_divisor) at length - 1; along half cosines, or straight lines with linear. With
/// three_phases it falls as fast as it rose to where it began, and from there to the end. It stays at the end.
///
///     refuses    a length below 2, rise outside (0, 1), or (0, 1 / 2) with three_phases, divisors that are not above 0
///
/// Smith and Topin, "Super-convergence: very fast training of neural networks using large learning rates", 2017, as
/// PyTorch's OneCycleLR (total_steps, pct_start, div_factor, final_div_factor) without its cycle of the momentum:
/// https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html
///
///     const ctnn::rate_schedule schedule = ctnn::one_cycle_schedule{.length = 1000};  // by schedule_unit::step
struct one_cycle_schedule {
    double length = 100;
    double rise = 0.3;
    double start_divisor = 25;
    double end_divisor = 1e4;
    bool linear = false;
    bool three_phases = false;

    [[nodiscard]] double rate(double base, double time) const {
        const double first = base / start_divisor, last = first / end_divisor;
        const double top = rise * length - 1, bottom = 2 * rise * length - 2, end = length - 1;
        if (time < top) return between(first, base, time / top);
        if (!three_phases) return between(base, last, (time - top) / (end - top));
        if (time < bottom) return between(base, first, (time - top) / (bottom - top));
        return between(first, last, (time - bottom) / (end - bottom));
    }
    [[nodiscard]] error check() const {
        constexpr const char* name = "one_cycle_schedule";
        if (error failed = detail::check_schedule(name, "length", length, 2)) return failed;
        if (error failed = detail::check_schedule(name, "rise", rise, 0, true)) return failed;
        if (rise >= (three_phases ? 0.5 : 1.0))
            return {error_kind::invalid_argument, std::string(name) + ": rise is " + to_text(rise) +
                                                      ", expected a number below " + (three_phases ? "0.5" : "1")};
        if (error failed = detail::check_schedule(name, "start_divisor", start_divisor, 0, true)) return failed;
        return detail::check_schedule(name, "end_divisor", end_divisor, 0, true);
    }

private:
    [[nodiscard]] double between(double from, double to, double share) const {
        if (share >= 1) return to;
        return linear ? from + (to - from) * share : to + (from - to) / 2 * (1 + std::cos(std::numbers::pi * share));
    }
};

}  // namespace ctnn
