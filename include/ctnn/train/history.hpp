// SPDX-License-Identifier: MIT
/// \file
/// What training tells: a record for each epoch, and calls on the way.
#pragma once

#include <vector>

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

/// What a callback may see and change in the middle of training.
struct training_moment {
    extent epoch = 1, epochs = 1;   ///< from 1
    extent batch = 0, batches = 0;  ///< from 1; 0 before the first
    extent samples = 0;             ///< seen in this epoch
    double loss = 0;                ///< running mean of this epoch
    double rate = 0;                ///< of the last step; may be changed at the beginning of an epoch
    bool stop = false;              ///< may be set: training ends after this epoch
};

/// Derive from it to be called around epochs and batches; nothing is printed by the library itself.
class training_callback {
public:
    virtual void epoch_begins(training_moment&) {}
    virtual void batch_ends(training_moment&) {}
    virtual void epoch_ends(training_moment&, const epoch_record&) {}

protected:
    ~training_callback() = default;
};

}  // namespace ctnn
