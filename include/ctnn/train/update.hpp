// SPDX-License-Identifier: MIT
/// \file
/// One step of an optimizer over a whole model.
#pragma once

#include "ctnn/core/threads.hpp"
#include "ctnn/graph/model.hpp"
#include "ctnn/train/optimizer/optimizer.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// What an optimizer remembers of a model between steps: its slots, each a block like the parameters, and the time.
template <optimizer Optimizer, class Net, class T = float>
class optimizer_state {
public:
    explicit optimizer_state(const Optimizer& o) : slots_(o.slots() * stride) {}

    /// Changes the parameters of a model by one step along a gradient.
    void step(const Optimizer& o, model<Net, T>& m, const gradient<Net, T>& g, extent threads = 1) noexcept {
        ++time_;
        // Pieces of 256 KB of float: enough to be worth a thread, and the same for any number of threads.
        constexpr extent piece = 65536, count = Net::parameter_count;
        parallel_for((count + piece - 1) / piece, threads, [&](extent i) {
            const extent from = i * piece, length = count - from < piece ? count - from : piece;
            T* slots = slots_.size() == 0 ? nullptr : slots_.data() + from;
            o.step(m.parameters().data() + from, g.data() + from, slots, length, time_, stride);
        });
    }
    [[nodiscard]] std::uint64_t time() const noexcept { return time_; }

private:
    static constexpr extent stride = round_up(Net::parameter_count);
    aligned_block<T> slots_;
    std::uint64_t time_ = 0;
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
