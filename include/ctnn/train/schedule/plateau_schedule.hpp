// SPDX-License-Identifier: MIT
/// \file
/// A rate that falls when nothing improves any more.
#pragma once

#include <string>

#include "ctnn/core/shape.hpp"
#include "ctnn/train/schedule/schedule.hpp"

namespace ctnn {

/// base, multiplied by factor each time that more than `patience` epochs in a row have not improved what is watched,
/// but not below lowest. An improvement is one by more than threshold, as a share of the best so far or, unless
/// relative, as it is. For `cooldown` epochs after a reduction no epoch counts as one without improvement.
///
///     refuses    a factor outside [0, 1), other numbers below 0
///
/// fit() tells it what fit_options::watched says, after each epoch. What it remembers follows from those numbers: a run
/// that is continued tells them again.
///
/// As PyTorch's ReduceLROnPlateau (min_lr, eps):
/// https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html
///
///     const ctnn::rate_schedule schedule = ctnn::plateau_schedule{.factor = 0.5, .patience = 3};
struct plateau_schedule {
    double factor = 0.1;
    extent patience = 10;
    double threshold = 1e-4;
    bool relative = true;
    extent cooldown = 0;
    double lowest = 0;
    double least_change = 1e-8;  ///< a smaller reduction is not made

    /// What it has seen; begins anew with {}.
    struct memory {
        bool any = false;
        double best = 0;
        extent without_improvement = 0, cooling = 0, reductions = 0;
    };
    memory seen{};

    void observe(double measured, bool larger_is_better) {
        const double margin = relative ? seen.best * threshold : threshold;
        const bool better = larger_is_better ? measured > seen.best + margin : measured < seen.best - margin;
        if (!seen.any || better) {
            seen.any = true;
            seen.best = measured;
            seen.without_improvement = 0;
        } else {
            ++seen.without_improvement;
        }
        if (seen.cooling > 0) {
            --seen.cooling;
            seen.without_improvement = 0;
        }
        if (seen.without_improvement > patience) {
            ++seen.reductions;
            seen.cooling = cooldown;
            seen.without_improvement = 0;
        }
    }
    [[nodiscard]] double rate(double base, double) const {
        for (extent i = 0; i < seen.reductions; ++i) {
            const double reduced = base * factor > lowest ? base * factor : lowest;
            if (!(base - reduced > least_change)) break;
            base = reduced;
        }
        return base;
    }
    [[nodiscard]] error check() const {
        constexpr const char* name = "plateau_schedule";
        if (!(factor >= 0 && factor < 1))
            return {error_kind::invalid_argument,
                    std::string(name) + ": factor is " + to_text(factor) + ", expected a number from 0 to below 1"};
        if (patience < 0 || cooldown < 0)
            return {error_kind::invalid_argument, std::string(name) + ": patience and cooldown must be at least 0"};
        if (error failed = detail::check_schedule(name, "threshold", threshold)) return failed;
        if (error failed = detail::check_schedule(name, "lowest", lowest)) return failed;
        return detail::check_schedule(name, "least_change", least_change);
    }
};

}  // namespace ctnn
