// SPDX-License-Identifier: MIT
/// \file
/// The memory of inference, worked out and proved when the network is compiled.
#pragma once

#include "ctnn/graph/arrange.hpp"
#include "ctnn/graph/caller_memory.hpp"
#include "ctnn/graph/fuse.hpp"
#include "ctnn/graph/proofs.hpp"
#include "ctnn/graph/share.hpp"
#include "ctnn/graph/thread_memory.hpp"
#include "ctnn/layers/convolution_code.hpp"

namespace ctnn::detail {

/// Elements that a row's parameters take in an engine: the same for every instruction set.
constexpr extent packed_parameters(const operation& row) {
    if (row.what == kind::convolution) return packed_size(row);
    return round_up(row.packed != 0 ? row.packed : row.parameter_count());
}

/// Row i runs at time i.
template <int Rows, int Values>
constexpr schedule<Rows, Values> inference_schedule(const table<Rows, Values>& t) {
    schedule<Rows, Values> s;
    for (int v = 0; v < Values; ++v) s.buffers[v].shape = t.values[v];
    s.buffers[0].memory = owner::caller_input;
    for (int i = 0; i < Rows; ++i) {
        const operation& row = t.rows[i];
        task& k = s.tasks[i];
        k.row = i;
        k.reads[0] = row.input[0];
        k.reads[1] = row.addend >= 0 ? row.addend : row.input[1];
        k.reads[2] = row.mask;
        k.writes[0] = row.result;
        k.view_of = row.input[0];
        if (row.what == kind::convolution) {
            buffer& x = s.buffers[row.input[0]];
            for (int a = 0; a < 3; ++a) {
                const border b = input_border(row, a);
                if (b.before > x.before[a]) x.before[a] = b.before;
                if (b.after > x.after[a]) x.after[a] = b.after;
            }
            if (row.coarse > 0) {
                buffer& half = s.buffers[row.input[1]];
                for (int a = 1; a < 3; ++a) {
                    if (half.before[a] < 1) half.before[a] = 1;
                    if (half.after[a] < 1) half.after[a] = 1;
                }
            }
            if (row.addend >= 0 && row.addend != row.input[0] && !row.halved) {  // written over the addend
                k.view = link::same;
                k.view_of = row.addend;
            }
        } else if (row.what == kind::place) {
            k.view = link::slice;
            k.channel = row.channel;
        } else if (row.what == kind::reshape) {
            k.view = link::reshape;
        } else if (row.in_place) {
            k.view = link::same;
        }
    }
    borrow_inputs(s, t);
    return s;
}

/// The plan of a network without training: the fused table and where everything lies.
template <class Net>
struct inference_plan {
    static constexpr auto fused = fuse(Net::table);
    static constexpr auto table = compacted<living_rows(fused)>(fused);
    static constexpr auto shared = [] {
        auto s = inference_schedule(table);
        share(s);
        lend_output(s, table);
        return s;
    }();
    static constexpr const auto& plan = arranged<inference_plan, arrange_stages(shared)>;
    static_assert(disjoint(plan), "ctnn: internal error, live buffers overlap");
    static_assert(never_stale(plan), "ctnn: internal error, a value is read after it was overwritten");
    static_assert(reads_before_writes(plan), "ctnn: internal error, an operand is overwritten while it is read");
    static_assert(gapless(plan), "ctnn: internal error, a flattened value has gaps");

    static constexpr int rows = table.row_count;
    /// Elements of the arena for one sample.
    static constexpr extent elements = plan.elements;
    /// Samples that run together when `asked` may: as many as keep the arena of float within 16 MB. A larger one leaves
    /// the third-level cache, and each row would read from memory what the one before it wrote there.
    [[nodiscard]] static constexpr extent together(extent asked) {
        constexpr extent most = (4 << 20) / (elements > 0 ? elements : 1);  // 0: nothing lies in the arena
        if (asked > most) asked = most;
        return asked < 1 ? 1 : asked;
    }
    /// Elements of packed weights, and of the temporary memory of a call.
    static constexpr extent weights = [] {
        extent total = 0;
        for (const operation& row : table.rows) total += packed_parameters(row) + round_up(row.state_count());
        return total;
    }();
    static constexpr extent scratch = [] {
        extent most = 0;
        for (const operation& row : table.rows)
            if (row.what != kind::convolution && row.packed == 0 && row.scratch > most) most = row.scratch;
        return round_up(most);
    }();
    /// And of the temporary memory of each thread.
    static constexpr extent each_thread = largest_thread_scratch(table, false);
};

}  // namespace ctnn::detail
