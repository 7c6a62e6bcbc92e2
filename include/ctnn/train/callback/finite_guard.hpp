// SPDX-License-Identifier: MIT
/// \file
/// Stops training at the first number that is not finite, and says where it came from.
#pragma once

#include <string>

#include "ctnn/train/history.hpp"
#include "ctnn/train/run.hpp"

namespace ctnn {

/// Stops a run with not_finite when the loss or the gradient of a batch has NaN or infinity, before the step: the model
/// keeps the weights of the step before, and a checkpoint stays at the last good one. The error names the first layer,
/// in the order of computation, whose parameters or output are not finite (the batch runs forward once more to find
/// it), else the tensor nearest to the loss whose gradient is not, else the loss itself.
///
///     costs      a pass over the gradient a batch
///
///     ctnn::finite_guard guard;
///     ctnn::fit(model, train, loss, ctnn::adam{}, {.epochs = 50, .callbacks = {&guard}});
class finite_guard final : public training_callback {
public:
    void backward_ends(training_moment& now) override {
        training_run& run = *now.run;
        const bool loss = finite(now.batch_loss);
        if (loss && first_bad(run.gradient, 0, run.gradient.count) < 0) return;
        now.failed = {error_kind::not_finite, "epoch " + std::to_string(now.epoch) + ", batch " +
                                                  std::to_string(now.batch + 1) + ": " + place(run, loss) +
                                                  " is not finite"};
    }

private:
    static bool finite(double value) { return value - value == 0; }

    template <class T>
    static extent first_bad(const T* numbers, extent from, extent to) {
        for (extent i = from; i < to;) {  // in pieces, whose loop has no exit and becomes vectors
            const extent end = to - i < 4096 ? to : i + 4096;
            T sum = 0;
            for (extent k = i; k < end; ++k) sum += numbers[k] - numbers[k];
            if (sum != 0)
                for (extent k = i; k < end; ++k)
                    if (!finite(static_cast<double>(numbers[k]))) return k;
            i = end;
        }
        return -1;
    }
    static extent first_bad(const run_block& block, extent from, extent to) {
        return block.twice != nullptr ? first_bad(block.twice, from, to) : first_bad(block.single, from, to);
    }

    static std::string place(training_run& run, bool loss) {
        run.describe();
        const not_finite_place found = run.probe->first_not_finite();
        if (found.row >= 0) {
            const std::string layer = "layer '" + run.layers[static_cast<std::size_t>(found.row)] + "'";
            return (found.parameters ? "a parameter of " : "the output of ") + layer;
        }
        for (std::size_t i = run.tensors.size(); i-- > 0;) {
            const named_tensor& t = run.tensors[i];
            if (loss && t.learned && first_bad(run.gradient, t.offset, t.offset + t.size) >= 0)
                return "the gradient of " + t.name;
        }
        return "the loss";
    }
};

}  // namespace ctnn
