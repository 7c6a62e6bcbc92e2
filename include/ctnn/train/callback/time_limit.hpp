// SPDX-License-Identifier: MIT
/// \file
/// An end to training by the clock.
#pragma once

#include "ctnn/core/clock.hpp"
#include "ctnn/train/history.hpp"

namespace ctnn {

/// Ends a run after so many seconds, behind the step at hand or, unless at_once, behind the epoch. Together with a
/// checkpoint the next run goes on from there, so a queue with a limit of time is no obstacle.
///
///     ctnn::time_limit limit(3600);
///     ctnn::checkpoint keep("run.checkpoint");
///     ctnn::fit(model, train, loss, ctnn::adam{}, {.epochs = 50, .callbacks = {&limit, &keep}});
class time_limit final : public training_callback {
public:
    explicit time_limit(double seconds, bool at_once = true) : seconds_(seconds), at_once_(at_once) {}

    /// Did it end the last run?
    [[nodiscard]] bool reached() const noexcept { return reached_; }

    void run_begins(training_moment&) override {
        reached_ = false;
        start_ = seconds_now();
    }
    void batch_ends(training_moment& now) override {
        if (seconds_now() - start_ < seconds_) return;
        reached_ = true;
        (at_once_ ? now.stop_at_once : now.stop) = true;
    }

private:
    double seconds_;
    bool at_once_, reached_ = false;
    double start_ = 0;
};

}  // namespace ctnn
