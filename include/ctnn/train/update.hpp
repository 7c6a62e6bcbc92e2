// SPDX-License-Identifier: MIT
/// \file
/// One step of an optimizer over a whole model.
#pragma once

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "ctnn/graph/model.hpp"
#include "ctnn/train/optimizer/optimizer.hpp"
#include "ctnn/train/parameter_groups.hpp"
#include "ctnn/train/pieces.hpp"

namespace ctnn {

namespace detail {

template <class Optimizer>
[[nodiscard]] bool decays_weights_only(const Optimizer& o) noexcept {
    if constexpr (requires { o.decay_weights_only; })
        return o.decay_weights_only;
    else
        return false;
}

/// What learns of a network, which optimizer_state keeps slots for.
template <class Net, class Optimizer>
[[nodiscard, gnu::cold]] result<learning_plan> plan_learning_of(const Optimizer& o,
                                                                const std::vector<parameter_group>& groups = {}) {
    return plan_learning(named_rows_of<Net>(), Net::parameter_count, groups, decays_weights_only(o));
}

}  // namespace detail

inline namespace CTNN_BACKEND {

/// What an optimizer remembers of a model between steps: its slots, each a block like the parameters that learn, and
/// the time.
template <optimizer Optimizer, class Net, class T = float>
class optimizer_state {
public:
    /// All parameters learn.
    [[gnu::cold]] explicit optimizer_state(const Optimizer& o)
        : optimizer_state(o, std::move(*detail::plan_learning_of<Net>(o))) {}
    [[gnu::cold]] optimizer_state(const Optimizer& o, detail::learning_plan plan)
        : plan_(std::move(plan)), stride_(round_up(plan_.slots)), slots_(o.slots() * stride_) {}

    /// Changes the parameters of a model by one step along a gradient.
    [[gnu::noinline]] void step(const Optimizer& o, model<Net, T>& m, const gradient<Net, T>& g,
                                extent threads = 1) noexcept {
        ++time_;
        execution::for_pieces(Net::parameter_count, threads, [&](extent, extent begin, extent length) {
            for (const detail::learning_range& range : plan_.learning) {
                const extent first = std::max(begin, range.first),
                             last = std::min(begin + length, range.first + range.length);
                if (first >= last) continue;
                Optimizer with = range.decayed ? o : detail::without_decay(o);
                if (range.rate != 1) with.rate *= range.rate;
                T* slots = slots_.size() == 0 ? nullptr : slots_.data() + range.slot + (first - range.first);
                with.step(m.parameters().data() + first, g.data() + first, slots, last - first, time_, stride_);
            }
        });
    }
    /// How many steps were made.
    [[nodiscard]] std::uint64_t time() const noexcept { return time_; }
    /// Continues as if so many steps had been made; the slots are the caller's to restore.
    void set_time(std::uint64_t time) noexcept { time_ = time; }
    /// Slot k of every parameter that learns, in the order of the parameters.
    [[nodiscard]] std::span<T> slot(extent k) noexcept {
        return {slots_.data() + k * stride_, static_cast<std::size_t>(plan_.slots)};
    }
    [[nodiscard]] const detail::learning_plan& plan() const noexcept { return plan_; }

private:
    detail::learning_plan plan_;
    extent stride_;
    aligned_block<T> slots_;
    std::uint64_t time_ = 0;
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
