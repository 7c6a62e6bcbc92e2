// SPDX-License-Identifier: MIT
/// \file
/// An exponential moving average of a model's weights.
#pragma once

#include "ctnn/core/config.hpp"
#include "ctnn/graph/model.hpp"
#include "ctnn/kernels/descend.hpp"
#include "ctnn/train/pieces.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// A model whose numbers follow those of another: average = decay * average + (1 - decay) * number, parameters and
/// running statistics alike; the first update copies. It is a model like any other: it can be evaluated, saved and
/// frozen, and often generalizes better than the weights of the last step.
///
///     costs    a second model, and three passes over its block an update
///
/// Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992, as PyTorch's AveragedModel with
/// an exponential average: https://pytorch.org/docs/stable/optim.html#stochastic-weight-averaging
///
///     ctnn::weight_average average(model, 0.999);
///     average.update(model);                                // after each step
///     if (auto failed = ctnn::save(average.model(), "averaged.safetensors")) std::puts(failed.what());
template <class Net, class T = float>
class weight_average {
public:
    /// \pre 0 <= decay < 1
    weight_average(const ctnn::model<Net, T>& start, double decay) : average_(start.copy()), decay_(decay) {}

    void update(const ctnn::model<Net, T>& m, extent threads = 1) noexcept {
        const T keep = static_cast<T>(any_ ? decay_ : 0.0), take = static_cast<T>(any_ ? 1.0 - decay_ : 1.0);
        any_ = true;
        const auto follow = [&](std::span<T> kept, std::span<const T> met) {
            execution::for_pieces(std::ssize(kept), threads, [&](extent, extent first, extent length) {
                using vec = kernels::vec<T>;
                kernels::descend<0>(
                    kept.data() + first, met.data() + first, static_cast<T*>(nullptr), length, 0,
                    [=](vec average, vec number, vec*) { return fma(vec(keep), average, take * number); });
            });
        };
        follow(average_.parameters(), m.parameters());
        follow(average_.state(), m.state());
    }
    [[nodiscard]] const ctnn::model<Net, T>& model() const noexcept { return average_; }
    /// For an earlier average to be put there; set_begun() then says whether the next update follows or copies.
    [[nodiscard]] ctnn::model<Net, T>& model() noexcept { return average_; }
    void set_begun(bool begun) noexcept { any_ = begun; }

private:
    ctnn::model<Net, T> average_;
    double decay_;
    bool any_ = false;
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
