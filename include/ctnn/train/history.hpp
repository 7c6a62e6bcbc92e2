// SPDX-License-Identifier: MIT
/// \file
/// What training tells: a record for each epoch, and calls on the way.
#pragma once

#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/core/shape.hpp"

namespace ctnn {

/// What one epoch did. Losses are means over samples; accuracies are shares of labels, -1 where there are no labels.
struct epoch_record {
    extent epoch = 0;  ///< 1 is the first
    double loss = 0;   ///< of the training batches, as they were met
    double accuracy = -1;
    double validation_loss = -1;  ///< -1 without validation data
    double validation_accuracy = -1;
    double validation_auc = -1;  ///< area under the ROC curve; several classes: the mean of one against the rest
    double rate = 0;             ///< the optimizer's rate in the last step of this epoch
    double seconds = 0;
};

/// A whole run.
struct training_history {
    std::vector<epoch_record> epochs;
    extent best_epoch = 0;  ///< the epoch whose weights the model has now
    bool stopped_early = false;
};

struct training_run;

/// What a callback may see and change in the middle of training.
struct training_moment {
    extent epoch = 1, epochs = 1;   ///< from 1
    extent batch = 0, batches = 0;  ///< done in this epoch, and in a whole one
    extent samples = 0;             ///< seen in this epoch
    double loss = 0;                ///< running mean of this epoch
    double batch_loss = 0;          ///< mean of the last batch
    double rate = 0;                ///< of the last step; may be changed at the beginning of an epoch
    bool improved = false;          ///< at the end of an epoch: it is the best so far
    bool stop = false;              ///< may be set: training ends after this epoch
    bool stop_at_once = false;      ///< may be set: training ends after the step at hand, in the middle of the epoch
    error failed{};                 ///< may be set: training ends now, and fit returns it
    training_run* run = nullptr;    ///< the numbers of the run; null outside fit

    /// Is no further epoch to begin?
    [[nodiscard]] bool ends() const { return stop || stop_at_once || static_cast<bool>(failed); }
};

/// Derive from it to be called around a run, its epochs, batches and validation; nothing is printed by the library
/// itself. Each function is called for one callback after the other, in the order of fit_options::callbacks. One that
/// fails says so in training_moment::failed, and the ones behind it are not called. An exception passes through fit:
/// run_ends is called, and the model has the weights of the last step.
class training_callback {
public:
    virtual void run_restores(training_moment&) {}  ///< before all others: may put an earlier run in place
    virtual void run_begins(training_moment&) {}    ///< the first epoch, or where an earlier run was
    virtual void epoch_begins(training_moment&) {}  ///< not for an epoch that is continued in its middle
    virtual void batch_begins(training_moment&) {}
    virtual void batch_gathered(training_moment&) {}  ///< training_run::batch_of() has the inputs, which may be changed
    virtual void backward_ends(training_moment&) {}   ///< the gradient of a batch is there, the step is to come
    virtual void batch_ends(training_moment&) {}
    virtual void validation_begins(training_moment&) {}
    virtual void validation_ends(training_moment&, const epoch_record&) {}
    virtual void epoch_ends(training_moment&, const epoch_record&) {}
    /// At the end, whatever ended it, for every callback whose run_begins was called; the model has the weights of the
    /// last step.
    virtual void run_ends(training_moment&) {}

protected:
    ~training_callback() = default;
};

}  // namespace ctnn
