// SPDX-License-Identifier: MIT
/// \file
/// A callback of one's own. The library's nn::cosine_schedule does the same.
#pragma once

#include <cmath>

#include <ctnn/ctnn.hpp>

namespace classify {
namespace nn = ctnn;

/// Lets the learning rate fall along half a cosine, from its first value to nearly none in the last epoch.
/// Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017.
class cosine_decay final : public nn::training_callback {
public:
    explicit cosine_decay(double rate) : rate_(rate) {}
    void epoch_begins(nn::training_moment& now) override {
        const double share = static_cast<double>(now.epoch - 1) / static_cast<double>(now.epochs);
        now.rate = rate_ * 0.5 * (1 + std::cos(3.14159265358979323846 * share));
    }

private:
    double rate_;
};

}  // namespace classify
