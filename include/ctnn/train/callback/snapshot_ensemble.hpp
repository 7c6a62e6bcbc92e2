// SPDX-License-Identifier: MIT
/// \file
/// Several models from one run.
#pragma once

#include <span>
#include <vector>

#include "ctnn/graph/model.hpp"
#include "ctnn/train/run.hpp"
#include "ctnn/train/schedule/cosine_restarts_schedule.hpp"

namespace ctnn {

/// A callback that keeps a copy of the model at the end of every round of a rate with restarts, where it has settled:
/// an ensemble at the cost of one training. Of moving averages it keeps the average.
///
///     const ctnn::cosine_restarts_schedule rounds{.length = 10};
///     ctnn::snapshot_ensemble snapshots(model, rounds);
///     ctnn::fit(model, train, loss, ctnn::sgd{.rate = 0.1},
///               {.epochs = 50, .callbacks = {&snapshots}, .schedule = rounds});
///     for (const auto& member : snapshots.members()) ...
///
/// The schedule counts epochs (schedule_unit::epoch or fraction_of_epoch); a round ends with the last epoch that begins
/// inside it. Huang et al., "Snapshot ensembles: train 1, get M for free", ICLR 2017.
template <class Net, class T>
class snapshot_ensemble final : public training_callback {
public:
    /// \param m the model that is trained
    snapshot_ensemble(const model<Net, T>& m, const cosine_restarts_schedule& rounds) : model_(m), rounds_(rounds) {}

    [[nodiscard]] const std::vector<model<Net, T>>& members() const noexcept { return members_; }

    void run_begins(training_moment& now) override {
        now.failed = rounds_.check();
        members_.clear();
    }
    void epoch_ends(training_moment& now, const epoch_record& record) override {
        if (!ends_round(static_cast<double>(record.epoch))) return;
        model<Net, T>& kept = members_.emplace_back(model_.copy());
        take(now.run->evaluated("parameters"), kept.parameters());
        take(now.run->evaluated("state"), kept.state());
    }

private:
    /// Is the border of two rounds in the epoch that ended, which began at epochs - 1, and behind its beginning?
    [[nodiscard]] bool ends_round(double epochs) const {
        double border = rounds_.length;
        for (double round = rounds_.length; border <= epochs - 1; border += round) round *= rounds_.growth;
        return border <= epochs;
    }
    static void take(const run_block* from, std::span<T> to) {
        for (std::size_t i = 0; from != nullptr && i < to.size(); ++i)
            to[i] = static_cast<T>((*from)[static_cast<extent>(i)]);
    }

    const model<Net, T>& model_;
    cosine_restarts_schedule rounds_;
    std::vector<model<Net, T>> members_;
};

}  // namespace ctnn
