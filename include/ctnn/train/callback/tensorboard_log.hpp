// SPDX-License-Identifier: MIT
/// \file
/// Training as TensorBoard shows it.
#pragma once

#include <string>
#include <utility>

#include "ctnn/io/event_file.hpp"
#include "ctnn/train/history.hpp"
#include "ctnn/train/record_fields.hpp"
#include "ctnn/train/run.hpp"

namespace ctnn {

/// What tensorboard_log writes besides the numbers of each epoch.
struct tensorboard_options {
    extent every_batches = 0;    ///< the loss of every so many batches, over their number in the run; 0: none
    extent weights_every = 1;    ///< histograms of each tensor every so many epochs; 0: none
    extent gradients_every = 0;  ///< and of its gradient in the last batch of the epoch
};

/// A callback that writes event files for TensorBoard: the numbers of each epoch by their names in history_csv(), a
/// histogram of each tensor by its name in a model file. Each run, and each that goes on, is a file of its own in the
/// folder, which must exist. Images and whatever else are added through file(). A failure stops the run.
///
///     ctnn::tensorboard_log board("runs/first");
///     ctnn::fit(model, train, loss, ctnn::adam{}, {.epochs = 50, .callbacks = {&board}});
///     // tensorboard --logdir runs
class tensorboard_log final : public training_callback {
public:
    explicit tensorboard_log(std::string folder, const tensorboard_options& options = {})
        : folder_(std::move(folder)), options_(options) {}

    /// Open from the beginning of the run.
    [[nodiscard]] event_file& file() noexcept { return file_; }

    void run_begins(training_moment& now) override {
        if (now.run != nullptr) now.run->describe();
        now.failed = file_.open(folder_);
    }
    void batch_ends(training_moment& now) override {
        const std::uint64_t met = now.run->batches_met;
        if (options_.every_batches == 0 || met % static_cast<std::uint64_t>(options_.every_batches) != 0) return;
        now.failed = file_.add_scalar("batch_loss", static_cast<std::int64_t>(met), now.batch_loss);
    }
    void epoch_ends(training_moment& now, const epoch_record& record) override {
        for (const detail::record_field& field : detail::record_fields)
            if (!now.failed && !detail::is_missing(field, record))
                now.failed = file_.add_scalar(field.name, record.epoch, record.*field.number);
        const training_run& run = *now.run;
        const bool weights = due(options_.weights_every, now), gradients = due(options_.gradients_every, now);
        for (const named_tensor& t : run.tensors) {
            if (weights) add(now, t.name, t, run.find(t.learned ? "model.parameters" : "model.state"));
            if (gradients && t.learned) add(now, "gradient/" + t.name, t, &run.gradient);
        }
    }

private:
    static bool due(extent every, const training_moment& now) { return every > 0 && now.epoch % every == 0; }
    void add(training_moment& now, const std::string& tag, const named_tensor& t, const run_block* block) {
        if (now.failed || block == nullptr) return;
        now.failed = file_.add_histogram(tag, now.epoch,
                                         make_histogram(t.size, [&](extent i) { return (*block)[t.offset + i]; }));
    }

    std::string folder_;
    tensorboard_options options_;
    event_file file_;
};

}  // namespace ctnn
