// SPDX-License-Identifier: MIT
/// \file
/// Model files on the way: the best, and one every few epochs.
#pragma once

#include <span>
#include <string>
#include <utility>

#include "ctnn/graph/model.hpp"
#include "ctnn/io/model_file.hpp"
#include "ctnn/train/history.hpp"
#include "ctnn/train/run.hpp"

namespace ctnn {

/// Which epochs model_saver saves.
struct model_saver_options {
    bool best = true;         ///< each that is better than all before, as fit_options::watched says
    extent every_epochs = 0;  ///< and every so many; 0: none
};

/// A callback that saves what an epoch was evaluated with, the moving average where there is one, as save() does: a
/// model file for engines and other programs. "{epoch}" in the name stands for the number of the epoch. A failure stops
/// the run.
///
///     ctnn::model_saver best(model, "best.safetensors");
///     ctnn::model_saver each(model, "epoch-{epoch}.safetensors", {.best = false, .every_epochs = 10});
///     ctnn::fit(model, train, loss, ctnn::adam{}, {.epochs = 50, .validation = &valid, .callbacks = {&best, &each}});
template <class Net, class T>
class model_saver final : public training_callback {
public:
    /// \param m the model that is trained: its class names and preparation of inputs are saved, too
    model_saver(const model<Net, T>& m, std::string path, const model_saver_options& options = {})
        : model_(m), copy_(m.copy()), path_(std::move(path)), options_(options) {}

    void epoch_ends(training_moment& now, const epoch_record&) override {
        const bool due = options_.every_epochs > 0 && now.epoch % options_.every_epochs == 0;
        if (!due && !(options_.best && now.improved)) return;
        copy_.assign(model_);
        take(now.run->evaluated("parameters"), copy_.parameters());
        take(now.run->evaluated("state"), copy_.state());
        std::string path = path_;
        if (const std::size_t at = path.find("{epoch}"); at != std::string::npos)
            path.replace(at, 7, std::to_string(now.epoch));
        now.failed = save(copy_, path);
    }

private:
    static void take(const run_block* from, std::span<T> to) {
        for (std::size_t i = 0; from != nullptr && i < to.size(); ++i)
            to[i] = static_cast<T>((*from)[static_cast<extent>(i)]);
    }

    const model<Net, T>& model_;
    model<Net, T> copy_;
    std::string path_;
    model_saver_options options_;
};

}  // namespace ctnn
