// SPDX-License-Identifier: MIT
/// \file
/// The executor of inference: one loop over rows that are plain numbers. It sees no network.
#pragma once

#include "ctnn/graph/inference_plan.hpp"
#include "ctnn/graph/operand.hpp"
#include "ctnn/layers/structural.hpp"

namespace ctnn {
namespace detail {

/// A fused row with the places of its operands and of its weights.
struct inference_row {
    operation op{};
    operand x, other, mask, y;
    bordered_storage border;
    bool skip = false;
    extent weights = 0;  ///< offset among the packed weights
    extent state = 0;    ///< and of running statistics that could not be folded
    extent carried = 0;  ///< offset in what a stream carries
};

template <int Rows>
struct inference_rows {
    inference_row of[static_cast<std::size_t>(Rows)]{};
    operand output;
};

template <class Plan>
constexpr auto inference_rows_of() {
    inference_rows<Plan::rows> r;
    const auto& s = Plan::plan;
    extent weights = 0, carried = 0;
    for (int i = 0; i < Plan::rows; ++i) {
        inference_row& row = r.of[i];
        row.op = Plan::table.rows[i];
        row.x = operand_of(s, row.op.input[0]);
        row.other = operand_of(s, row.op.addend >= 0 ? row.op.addend : row.op.input[1]);
        row.mask = operand_of(s, row.op.mask);
        row.y = operand_of(s, row.op.result);
        if (row.op.what == kind::place) {  // a part of the concatenation
            row.y.offset += row.op.channel;
            row.y.shape = row.op.in;
        }
        if (row.op.what == kind::input) row.x = caller_operand(s, row.op);
        row.border = border_of(s, s.tasks[i].border);
        row.skip = s.tasks[i].elided;
        row.weights = weights;
        weights += packed_parameters(row.op);
        row.state = weights;
        weights += round_up(row.op.state_count());
        row.carried = carried;
        carried += round_up(row.op.carried);
    }
    r.output = operand_of(s, Plan::table.output);
    return r;
}

}  // namespace detail

inline namespace CTNN_BACKEND {
namespace execution {

/// What an engine runs: rows and code that are constants of the network, weights that are its own.
template <class T>
struct program {
    const ctnn::detail::inference_row* rows = nullptr;
    const routine<T>* routines = nullptr;
    int count = 0;
    const T* weights = nullptr;
    extent threads = 1;

    /// Runs `samples` inputs through the arena with temporary memory, and some more for each of `on` threads. `carried`
    /// is a stream's, which has one sample.
    void run(const ctnn::detail::memories<T>& at, extent samples, T* scratch, T* thread_scratch, extent on,
             T* carried = nullptr) const noexcept {
        for (int i = 0; i < count; ++i) {
            const ctnn::detail::inference_row& row = rows[i];
            if (row.border.place >= 0)
                for (extent s = 0; s < samples; ++s) ctnn::detail::zero_border(row.border, at.arena, samples, s);
            if (row.skip) continue;
            const batch_view<T> x = row.x.view(at, samples), y = row.y.view(at, samples);
            switch (row.op.what) {
                case kind::input:
                case kind::place:
                    copy_view<T>(x, y, false, on);
                    break;
                case kind::reshape:
                    reshape_view<T>(x, y, false, on);
                    break;
                case kind::add:
                    add_views<T>(x, row.other.view(at, samples), y, on);
                    break;
                default:
                    // The running statistics are read only: training is false.
                    routines[i].forward({.op = row.op,
                                         .x = x,
                                         .other = row.other.view(at, samples),
                                         .y = y,
                                         .mask = row.mask.view(at, samples),
                                         .parameters = weights + row.weights,
                                         .state = const_cast<T*>(weights + row.state),
                                         .saved = nullptr,
                                         .carried = carried == nullptr ? nullptr : carried + row.carried,
                                         .scratch = scratch,
                                         .thread_scratch = thread_scratch,
                                         .threads = on});
            }
        }
    }
};

}  // namespace execution
}  // namespace CTNN_BACKEND
}  // namespace ctnn
