// SPDX-License-Identifier: MIT
/// \file
/// Plain functions as callbacks.
#pragma once

#include <utility>

#include "ctnn/train/history.hpp"

namespace ctnn {

/// Calls a function at the beginning of each epoch: there the rate may be changed.
///
///     ctnn::before_epoch halve([](ctnn::training_moment& now) { if (now.epoch % 10 == 0) now.rate /= 2; });
template <class Function>
class before_epoch final : public training_callback {
public:
    explicit before_epoch(Function function) : function_(std::move(function)) {}
    void epoch_begins(training_moment& now) override { function_(now); }

private:
    Function function_;
};

/// Calls a function after each batch, when its step, if it is due, is made.
template <class Function>
class after_batch final : public training_callback {
public:
    explicit after_batch(Function function) : function_(std::move(function)) {}
    void batch_ends(training_moment& now) override { function_(now); }

private:
    Function function_;
};

/// Calls a function after each validation; the record has its numbers.
template <class Function>
class after_validation final : public training_callback {
public:
    explicit after_validation(Function function) : function_(std::move(function)) {}
    void validation_ends(training_moment& now, const epoch_record& record) override { function_(now, record); }

private:
    Function function_;
};

/// Calls a function after each epoch.
///
///     ctnn::after_epoch enough([](ctnn::training_moment& now, const ctnn::epoch_record& done) {
///         if (done.validation_auc > 0.99) now.stop = true;
///     });
///     ctnn::fit(model, train, loss, ctnn::adam{}, {.epochs = 100, .validation = &valid, .callbacks = {&enough}});
template <class Function>
class after_epoch final : public training_callback {
public:
    explicit after_epoch(Function function) : function_(std::move(function)) {}
    void epoch_ends(training_moment& now, const epoch_record& record) override { function_(now, record); }

private:
    Function function_;
};

}  // namespace ctnn
