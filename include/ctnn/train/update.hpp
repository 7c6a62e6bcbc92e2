// SPDX-License-Identifier: MIT
/// \file
/// One step of an optimizer over a whole model.
#pragma once

#include <span>
#include <vector>

#include "ctnn/graph/model.hpp"
#include "ctnn/train/optimizer/optimizer.hpp"
#include "ctnn/train/pieces.hpp"

namespace ctnn {

namespace detail {

/// Where the flat block begins or ceases to be decayed: even places are the first number that is, odd ones the first
/// that is not. Biases, and the factors and offsets of norms, are the tensors of one axis.
template <class Net>
[[nodiscard, gnu::cold]] std::vector<extent> decayed_ranges() {
    std::vector<extent> borders;
    for (const named_tensor& t : tensors_of<Net>()) {
        const bool inside = borders.size() % 2 == 1;
        if (t.learned && (t.shape.size() > 1) != inside) borders.push_back(t.offset);
    }
    return borders;
}

}  // namespace detail

inline namespace CTNN_BACKEND {

/// What an optimizer remembers of a model between steps: its slots, each a block like the parameters, and the time.
template <optimizer Optimizer, class Net, class T = float>
class optimizer_state {
public:
    [[gnu::cold]] explicit optimizer_state(const Optimizer& o) : slots_(o.slots() * stride) {
        if (decays_weights_only(o)) borders_ = detail::decayed_ranges<Net>();
    }

    /// Changes the parameters of a model by one step along a gradient.
    [[gnu::noinline]] void step(const Optimizer& o, model<Net, T>& m, const gradient<Net, T>& g,
                                extent threads = 1) noexcept {
        ++time_;
        const Optimizer without_decay = detail::without_decay(o);
        execution::for_pieces(count, threads, [&](extent, extent first, extent length) {
            const auto part = [&](const Optimizer& with, extent from, extent to) {
                T* slots = slots_.size() == 0 ? nullptr : slots_.data() + from;
                with.step(m.parameters().data() + from, g.data() + from, slots, to - from, time_, stride);
            };
            const extent last = first + length;
            if (!decays_weights_only(o)) return part(o, first, last);
            bool decayed = false;
            for (std::size_t i = 0; i <= borders_.size() && first < last; ++i, decayed = !decayed) {
                const extent border = i < borders_.size() && borders_[i] < last ? borders_[i] : last;
                if (border <= first) continue;
                part(decayed ? o : without_decay, first, border);
                first = border;
            }
        });
    }
    /// How many steps were made.
    [[nodiscard]] std::uint64_t time() const noexcept { return time_; }
    /// Continues as if so many steps had been made; the slots are the caller's to restore.
    void set_time(std::uint64_t time) noexcept { time_ = time; }
    /// Slot k of every parameter, in the order of the parameters.
    [[nodiscard]] std::span<T> slot(extent k) noexcept {
        return {slots_.data() + k * stride, static_cast<std::size_t>(count)};
    }

private:
    static constexpr extent count = Net::parameter_count, stride = round_up(count);

    static bool decays_weights_only(const Optimizer& o) noexcept {
        if constexpr (requires { o.decay_weights_only; })
            return o.decay_weights_only;
        else
            return false;
    }

    aligned_block<T> slots_;
    std::vector<extent> borders_;
    std::uint64_t time_ = 0;
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
