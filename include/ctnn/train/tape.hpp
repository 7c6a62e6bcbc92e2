// SPDX-License-Identifier: MIT
/// \file
/// The executor of training: one loop forwards and one backwards over rows that are plain numbers. It sees no network.
#pragma once

#include "ctnn/core/storage.hpp"
#include "ctnn/graph/operand.hpp"
#include "ctnn/graph/training_plan.hpp"
#include "ctnn/layers/structural.hpp"

namespace ctnn {
namespace detail {

/// A row of the table with the places of everything that it touches, forwards and backwards.
struct training_row {
    operation op{};
    operand x, other, mask, y, dy, dx, d_other, partial;
    bordered_storage border_forward, border_backward;
    bool skip_forward = false, skip_backward = false;
    bool accumulate[2]{};
    extent saved = 0;
    extent kept = 0;    ///< for one sample
    extent shared = 0;  ///< parameters that other rows have too: their gradient is worked out apart
};

template <int Rows>
struct training_rows {
    training_row of[static_cast<std::size_t>(Rows)]{};
    operand output, output_gradient;
    bordered_storage border_loss;
};

template <class Plan>
constexpr auto training_rows_of() {
    constexpr int count = Plan::rows, values = Plan::values;
    training_rows<count> r;
    const auto& s = Plan::plan;
    extent saved = 0, kept = 0;
    for (int i = 0; i < count; ++i) {
        training_row& row = r.of[i];
        const task &forward = s.tasks[i], &backward = s.tasks[2 * count - i];
        row.op = Plan::table.rows[i];
        row.x = operand_of(s, row.op.input[0]);
        row.other = operand_of(s, row.op.input[1]);
        row.mask = operand_of(s, row.op.mask);
        row.y = operand_of(s, row.op.result);
        if (row.op.what == kind::input) row.x = caller_operand(s, row.op);
        row.dy = operand_of(s, values + row.op.result);  // nowhere, if nobody asks for it
        row.dx = operand_of(s, backward.writes[0]);
        row.d_other = operand_of(s, backward.writes[1]);
        row.partial = operand_of(s, backward.writes[2]);
        if (row.op.what == kind::place) {  // a part of the concatenation
            row.y.offset += row.op.channel;
            row.dy.offset += row.op.channel;
            row.y.shape = row.dy.shape = row.op.in;
        }
        row.border_forward = border_of(s, forward.border);
        row.border_backward = border_of(s, backward.border);
        row.skip_forward = forward.elided;
        const bool nothing = backward.writes[0] < 0 && backward.writes[1] < 0 && row.op.parameter_count() == 0;
        row.skip_backward = row.op.what == kind::input || backward.elided || nothing;
        row.accumulate[0] = backward.accumulate[0];
        row.accumulate[1] = backward.accumulate[1];
        row.saved = saved;
        saved += round_up(row.op.saved);
        row.kept = kept;
        kept += round_up(row.op.kept);
        if (row.op.shared) row.shared = row.op.parameter_count();
    }
    r.output = operand_of(s, Plan::table.output);
    r.output_gradient = operand_of(s, values + Plan::table.output);
    r.border_loss = border_of(s, s.tasks[count].border);
    return r;
}

}  // namespace detail

inline namespace CTNN_BACKEND {
namespace execution {

/// What a training step works with.
template <class T>
struct tape {
    const ctnn::detail::training_row* rows = nullptr;
    const routine<T>* routines = nullptr;
    int count = 0;
    T* arena = nullptr;
    T* saved = nullptr;
    T* kept = nullptr;
    T* scratch = nullptr;
    T* shared = nullptr;
    T* thread_scratch = nullptr;
    extent samples = 0;
    extent threads = 1;
    std::uint64_t seed = 0, step = 0;
    bool training = true;          ///< of the last forward
    const char* frozen = nullptr;  ///< by row of the network's table: it behaves as in inference and learns nothing
    int first_backward = 1;        ///< nobody asks for a gradient of the rows in front of it

    [[nodiscard]] bool is_frozen(const ctnn::detail::training_row& row) const {
        return frozen != nullptr && frozen[row.op.row] != 0;
    }

    void zero(const ctnn::detail::bordered_storage& b) const {
        if (b.place < 0) return;
        parallel_for(samples, threads_for(samples * b.size / 8, threads),
                     [&](extent s) { ctnn::detail::zero_border(b, arena, samples, s); });
    }

    void forward(const T* inputs, const T* parameters, T* state) const {
        for (int i = 0; i < count; ++i) forward_row(i, inputs, parameters, state);
    }

    void forward_row(int i, const T* inputs, const T* parameters, T* state) const {
        const ctnn::detail::training_row& row = rows[i];
        zero(row.border_forward);
        if (row.skip_forward) return;
        const batch_view<T> x = row.x.view(arena, samples), y = row.y.view(arena, samples);
        switch (row.op.what) {
            case kind::input: {
                batch_view<const T> from = x;
                from.data = inputs + row.x.offset;
                copy_view<T>(from, y, false, threads);
                break;
            }
            case kind::place:
                copy_view<T>(x, y, false, threads);
                break;
            case kind::reshape:
                reshape_view<T>(x, y, false, threads);
                break;
            case kind::add:
                add_views<T>(x, row.other.view(arena, samples), y, threads);
                break;
            default:
                routines[i].forward({.op = row.op,
                                     .x = x,
                                     .other = row.other.view(arena, samples),
                                     .y = y,
                                     .mask = row.mask.view(arena, samples),
                                     .parameters = parameters + row.op.parameter_offset,
                                     .state = state + row.op.state_offset,
                                     .saved = saved + row.saved,
                                     .kept = kept + samples * row.kept,
                                     .scratch = scratch,
                                     .thread_scratch = thread_scratch,
                                     .threads = threads,
                                     .training = training && !is_frozen(row),
                                     .seed = seed,
                                     .step = step});
        }
    }

    /// Adds into `gradients`, but those of frozen convolutions and dense layers, which nobody computes. The gradient of
    /// the output is in the arena already.
    void backward(const T* parameters, T* gradients) const {
        for (int i = count - 1; i >= first_backward; --i) {
            const ctnn::detail::training_row& row = rows[i];
            zero(row.border_backward);
            if (row.skip_backward) continue;
            const batch_view<T> dy = row.dy.view(arena, samples), dx = row.dx.view(arena, samples);
            switch (row.op.what) {
                case kind::place:
                    copy_view<T>(dy, dx, row.accumulate[0], threads);
                    break;
                case kind::reshape:
                    reshape_view<T>(dy, dx, row.accumulate[0], threads);
                    break;
                case kind::add:
                    if (row.dx.exists()) copy_view<T>(dy, dx, row.accumulate[0], threads);
                    if (row.d_other.exists())
                        copy_view<T>(dy, row.d_other.view(arena, samples), row.accumulate[1], threads);
                    break;
                default: {
                    const bool through_partial = row.partial.exists();
                    const batch_view<T> partial = row.partial.view(arena, samples);
                    const bool unwanted = row.op.what == kind::convolution && is_frozen(row);
                    T* sum = gradients + row.op.parameter_offset;
                    // Added at once to what another row with these parameters has added: the bits of a sum of two.
                    const extent shares = unwanted ? 0 : row.shared;
                    T* to = unwanted ? nullptr : shares > 0 ? shared : sum;
                    for (extent p = 0; p < shares; ++p) to[p] = T{0};
                    routines[i].backward({.op = row.op,
                                          .x = row.x.view(arena, samples),
                                          .other = row.other.view(arena, samples),
                                          .y = row.y.view(arena, samples),
                                          .dy = dy,
                                          .dx = through_partial ? partial : dx,
                                          .d_other = row.d_other.view(arena, samples),
                                          .mask = row.mask.view(arena, samples),
                                          .parameters = parameters + row.op.parameter_offset,
                                          .gradients = to,
                                          .saved = saved + row.saved,
                                          .kept = kept + samples * row.kept,
                                          .scratch = scratch,
                                          .thread_scratch = thread_scratch,
                                          .threads = threads,
                                          .accumulate = row.accumulate[0] && !through_partial,
                                          .accumulate_other = row.accumulate[1],
                                          .training = training && !is_frozen(row),
                                          .seed = seed,
                                          .step = step});
                    add_run(sum, to, shares);
                    if (through_partial) copy_view<T>(partial, dx, true, threads);
                }
            }
        }
    }
};

}  // namespace execution
}  // namespace CTNN_BACKEND
}  // namespace ctnn
