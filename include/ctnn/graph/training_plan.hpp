// SPDX-License-Identifier: MIT
/// \file
/// The memory of a training step: forwards, the loss, and backwards over one schedule.
#pragma once

#include "ctnn/core/window.hpp"
#include "ctnn/graph/arrange.hpp"
#include "ctnn/graph/heads.hpp"
#include "ctnn/graph/merge_activations.hpp"
#include "ctnn/graph/proofs.hpp"
#include "ctnn/graph/share.hpp"
#include "ctnn/graph/thread_memory.hpp"

namespace ctnn::detail {

/// Does the operation's own code add into the gradient of its first input where that exists? For others the executor
/// does, through a partial. Into that of a second input each adds by itself.
constexpr bool accumulates_itself(const operation& row) {
    return row.what == kind::convolution || row.what == kind::add || row.what == kind::multiply ||
           row.what == kind::place || row.what == kind::reshape;
}

/// Which values' gradients somebody asks for: those of values that come of parameters, and with `InputGradient` of the
/// input.
template <int Values>
struct asked {
    bool of[static_cast<std::size_t>(Values)]{};
};
template <bool InputGradient, int Rows, int Values>
constexpr asked<Values> asked_gradients(const table<Rows, Values>& t) {
    asked<Values> a;
    for (const operation& row : t.rows) {
        if (row.what == kind::mask) continue;
        bool one = row.what == kind::input ? InputGradient : row.parameter_count() > 0;
        for (const int v : row.input) one = one || (v > 0 && a.of[v]);
        if (one) a.of[row.result] = true;
    }
    return a;
}

/// How many gradients are added up through temporary memory: those of values with several readers.
template <bool InputGradient, int Rows, int Values>
constexpr int count_partials(const table<Rows, Values>& t) {
    int count = 0;
    const asked<Values> wanted = asked_gradients<InputGradient>(t);
    bool written[static_cast<std::size_t>(Values)]{};
    written[t.output] = true;
    for (int i = Rows - 1; i > 0; --i)
        for (int j = 0; j < 2; ++j) {
            const int v = t.rows[i].input[j];
            if (v < 0 || !wanted.of[v] || t.rows[i].what == kind::mask) continue;
            count += written[v] && j == 0 && !accumulates_itself(t.rows[i]);
            written[v] = true;
        }
    return count;
}

/// Does a concatenation hold the same value twice, once in front of this row's place? Its places are neighbors.
template <int Rows, int Values>
constexpr bool placed_before(const table<Rows, Values>& t, int i) {
    for (int j = i - 1; j > 0 && t.rows[j].what == kind::place && t.rows[j].result == t.rows[i].result; --j)
        if (t.rows[j].input[0] == t.rows[i].input[0]) return true;
    return false;
}

/// Row i runs forwards at time i, the loss at time Rows, row i backwards at time 2 Rows - i. Buffers: values, then
/// their gradients, then partials. A value lives until its last backward reader; a gradient is a buffer like any other.
template <bool InputGradient, int Partials, int Rows, int Values>
constexpr schedule<2 * Rows + 1, 2 * Values + Partials> training_schedule(const table<Rows, Values>& t) {
    schedule<2 * Rows + 1, 2 * Values + Partials> s;
    for (int v = 0; v < Values; ++v) s.buffers[v].shape = s.buffers[Values + v].shape = t.values[v];
    s.buffers[0].memory = owner::caller_input;
    const auto widen = [&](int v, int axis, const border& b) {
        buffer& u = s.buffers[v];
        if (b.before > u.before[axis]) u.before[axis] = b.before;
        if (b.after > u.after[axis]) u.after[axis] = b.after;
    };
    for (int i = 0; i < Rows; ++i) {
        const operation& row = t.rows[i];
        task& k = s.tasks[i];
        k.row = i;
        k.reads[0] = row.input[0];
        k.reads[1] = row.input[1];
        k.reads[2] = row.mask;
        k.writes[0] = row.result;
        k.view_of = row.input[0];
        if (row.what == kind::convolution) {
            for (int a = 0; a < 3; ++a) widen(row.input[0], a, input_border(row, a));
        } else if (row.what == kind::place) {
            k.view = link::slice;
            k.channel = row.channel;
        } else if (row.what == kind::reshape) {
            k.view = link::reshape;
        } else if (row.in_place) {
            k.view = link::same;
        }
    }
    s.tasks[Rows].reads[0] = t.output;
    s.tasks[Rows].writes[0] = Values + t.output;
    const asked<Values> wanted = asked_gradients<InputGradient>(t);
    bool written[static_cast<std::size_t>(Values)]{};
    written[t.output] = true;
    int partial = 2 * Values;
    for (int i = Rows - 1; i >= 0; --i) {
        const operation& row = t.rows[i];
        task& k = s.tasks[2 * Rows - i];
        if (row.what == kind::input) {  // nothing to do backwards; its gradient is there for who asked for it
            if (wanted.of[row.result]) k.reads[0] = Values + row.result;
            continue;
        }
        if (row.what == kind::mask) {  // its input's gradient is 0, if nobody else has one
            const int v = row.input[0];
            if (!wanted.of[v] || written[v]) continue;
            k.row = i;
            k.backward = written[v] = true;
            k.writes[0] = Values + v;
            continue;
        }
        if (!wanted.of[row.result] && row.result != t.output) continue;
        k.row = i;
        k.backward = true;
        const int dy = Values + row.result;
        k.reads[0] = dy;
        if (row.backward_reads_input) {
            k.reads[1] = row.input[0];
            k.reads[5] = row.input[1];
        }
        if (row.backward_reads_output) k.reads[2] = row.result;
        k.reads[6] = row.mask;
        for (int j = 0; j < 2; ++j) {
            const int v = row.input[j];
            if (v < 0 || !wanted.of[v]) continue;
            k.writes[j] = Values + v;
            k.accumulate[j] = written[v];
            // The second term of x + x is added to the first, which nobody wrote before.
            if (written[v] && (j == 0 || v != row.input[0])) k.reads[3 + j] = Values + v;
            if (written[v] && j == 0 && !accumulates_itself(row)) {
                s.buffers[partial].shape = row.in;
                k.writes[2] = partial++;
            }
            written[v] = true;
        }
        // A transposed convolution's weights see the border though nobody asks for its input's gradient.
        if (row.what == kind::convolution && (k.writes[0] >= 0 || row.transposed))
            for (int a = 0; a < 3; ++a) widen(dy, a, output_gradient_border(row, a));
        if (k.writes[0] < 0) continue;
        if (k.accumulate[0]) continue;
        k.view_of = dy;
        if (row.what == kind::place) {
            if (placed_before(t, i)) continue;  // other slices of this concatenation will be added to the gradient
            k.view = link::slice;
            k.channel = row.channel;
        } else if (row.what == kind::reshape) {
            k.view = link::reshape;
        } else if (row.backward_in_place && row.in == row.out) {
            k.view = link::same;
        }
    }
    return s;
}

/// Numbers that rows keep from forward to backward, and the largest temporary memory of a row.
struct side_memory {
    extent saved = 0, scratch = 0;
    extent kept = 0;    ///< for each sample
    extent shared = 0;  ///< the most parameters that a row shares with others
};
template <int Rows, int Values>
constexpr side_memory side_memory_of(const table<Rows, Values>& t) {
    side_memory m;
    for (const operation& row : t.rows) {
        m.saved += round_up(row.saved);
        m.kept += round_up(row.kept);
        if (row.scratch > m.scratch) m.scratch = row.scratch;
        if (row.shared && row.parameter_count() > m.shared) m.shared = row.parameter_count();
    }
    m.shared = round_up(m.shared);
    return m;
}

/// The plan of a training step. Bit i of `Skipped`: head i is left to the loss, which takes logits.
template <class Net, unsigned Skipped, bool InputGradient>
struct training_plan {
    static constexpr auto whole = without_heads(Net::table, Skipped);
    static constexpr auto lowered = compacted<living_rows(whole)>(whole);
    static constexpr int partials = count_partials<InputGradient>(lowered);
    static constexpr auto forest = [] {
        auto s = training_schedule<InputGradient, partials>(lowered);
        share(s);
        return s;
    }();
    static constexpr auto merged = merge_activations(forest, lowered);
    static constexpr auto shared = [] {
        auto s = forest;
        elide(s, merged);
        return s;
    }();
    static constexpr auto table = with_activations(lowered, merged);
    static constexpr const auto& plan = arranged<training_plan, arrange_stages(shared)>;
    static_assert(disjoint(plan), "ctnn: internal error, live buffers overlap");
    static_assert(never_stale(plan), "ctnn: internal error, a value is read after it was overwritten");
    static_assert(reads_before_writes(plan), "ctnn: internal error, an operand is overwritten while it is read");
    static_assert(gapless(plan), "ctnn: internal error, a flattened value has gaps");

    static constexpr int rows = table.row_count;
    static constexpr int values = table.value_count;
    static constexpr extent elements = plan.elements;
    /// Does anybody ask for the gradient of a row's input? Not in a first layer.
    static constexpr bool wants_input_gradient(int row) { return plan.tasks[2 * rows - row].writes[0] >= 0; }
    static constexpr side_memory side = side_memory_of(table);
    /// Elements of temporary memory of each thread.
    static constexpr extent each_thread = largest_thread_scratch(table, true);
};

}  // namespace ctnn::detail
