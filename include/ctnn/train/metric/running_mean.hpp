// SPDX-License-Identifier: MIT
/// \file
/// The mean of values that come one after the other.
#pragma once

namespace ctnn {

/// The weighted mean of the values so far, as a training loop reports its loss; 0 before the first.
///
///     ctnn::running_mean loss;
///     loss.add(batch_loss, samples_of_batch);
class running_mean {
public:
    void add(double value, double weight = 1) {
        sum_ += value * weight;
        weight_ += weight;
    }
    /// Adds a sum of values together with the sum of their weights, as a loss gives with its normalizer.
    void add_sum(double sum, double weight) {
        sum_ += sum;
        weight_ += weight;
    }
    [[nodiscard]] double sum() const { return sum_; }
    [[nodiscard]] double weight() const { return weight_; }
    [[nodiscard]] double value() const { return weight_ > 0 ? sum_ / weight_ : 0.0; }

private:
    double sum_ = 0, weight_ = 0;
};

}  // namespace ctnn
