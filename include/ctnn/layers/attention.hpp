// SPDX-License-Identifier: MIT
/// \file
/// Attention of queries to keys and values that lie side by side.
#pragma once

#include "ctnn/core/attention_options.hpp"
#include "ctnn/core/call.hpp"
#include "ctnn/core/threads.hpp"
#include "ctnn/kernels/attention_gradient.hpp"

namespace ctnn {

namespace detail {

/// Are these options of attention? `causal` counts as a padding too, because convolutions take one or the other.
constexpr bool takes_attention(const layer_options& o, unsigned more = 0) {
    constexpr unsigned taken = option::heads | option::causal | option::padding | option::dropout_rate;
    return !o.repeated && (o.given & ~(taken | more)) == 0 && ((o.given & option::padding) == 0 || o.causal);
}

/// Is this a probability with which numbers can be dropped?
constexpr bool is_rate(double rate) { return rate >= 0 && rate < 1; }

/// The code of attention, whatever its heads: of queries, keys and values that lie side by side, or of queries to the
/// keys and values of another value.
struct attention_code {
    [[nodiscard]] static constexpr outcome lower_as(const dims& in, const layer_options& o) {
        if (in.rank != 2) return refusal::needs_sequence;
        if (o.heads < 1) return refusal::number_out_of_range;
        if (in.channels() % (3 * o.heads) != 0) return refusal::heads_do_not_divide;
        return row_of(in, in.channels() / 3, in.positions(), o);
    }
    /// memory: keys and values of each token, twice as wide as the queries.
    [[nodiscard]] static constexpr outcome lower_cross(const dims& queries, const dims& memory,
                                                       const layer_options& o) {
        if (queries.rank != 2 || memory.rank != 2) return refusal::needs_sequence;
        if (o.heads < 1) return refusal::number_out_of_range;
        if (queries.channels() % o.heads != 0) return refusal::heads_do_not_divide;
        return row_of(queries, queries.channels(), memory.positions(), o);
    }
    [[nodiscard]] static constexpr kernels::attention_sizes sizes_of(const operation& op, extent keys) {
        return {op.in.positions(), keys, op.out.channels() / op.groups, op.alpha != 0};
    }

    template <class T>
    static void forward(const forward_call<T>& call) {
        const operation& op = call.op;
        const kernels::attention_sizes a = sizes_of(op, keys_of(call));
        const extent groups = op.groups, all = call.x.count * groups;
        // Where heads are few, threads share the blocks of one, and each packs its keys and values.
        const extent parts = call.threads < 2 || all >= 4 * call.threads ? 1 : a.blocks();
        share<T>(op, call.thread_scratch, all * parts, call.threads, [&](extent i, T* memory) {
            const extent head = i / parts % groups, s = i / parts / groups, part = i % parts;
            kernels::attention_forward(a, operands(op, call.x, call.other, s, head), gaps_of<T>(call, s, head),
                                       call.y.at(s, 0, 0, 0) + head * a.width, call.y.step[2], memory,
                                       a.blocks() * part / parts, a.blocks() * (part + 1) / parts);
        });
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data == nullptr) return;
        const operation& op = call.op;
        const kernels::attention_sizes a = sizes_of(op, keys_of(call));
        const extent groups = op.groups;
        share<T>(op, call.thread_scratch, call.x.count * groups, call.threads, [&](extent i, T* memory) {
            const extent head = i % groups, s = i / groups;
            kernels::attention_backward(a, operands(op, call.x, call.other, s, head), gaps_of<T>(call, s, head),
                                        call.dy.at(s, 0, 0, 0) + head * a.width, call.dy.step[2],
                                        operands(op, call.dx, call.d_other, s, head), memory);
        });
    }

    /// Of one head of sample s.
    template <class T>
    static kernels::attention_operands<T> operands(const operation& op, const batch_view<T>& x,
                                                   const batch_view<T>& memory, extent s, extent head) {
        const extent all = op.out.channels(), place = head * (all / op.groups);
        T* query = x.at(s, 0, 0, 0) + place;
        if (memory.data == nullptr) return {query, query + all, query + 2 * all, x.step[2], x.step[2]};
        T* key = memory.at(s, 0, 0, 0) + place;
        return {query, key, key + all, x.step[2], memory.step[2]};
    }

private:
    [[nodiscard]] static constexpr operation row_of(const dims& in, extent width, extent keys, const layer_options& o) {
        operation row = make_operation(kind::custom, "attention", in, in.with_channels(width));
        row.groups = o.heads;
        row.alpha = o.causal ? 1 : 0;
        row.beta = o.dropout_rate;
        row.backward_reads_input = row.reads_mask = true;
        const kernels::attention_sizes a = sizes_of(row, keys);
        row.multiply_adds = o.causal ? a.queries * (a.queries + 1) * width : 2 * a.queries * a.keys * width;
        row.thread_scratch = a.backward_memory();
        return row;
    }
    template <class Call>
    static extent keys_of(const Call& call) {
        return call.other.data != nullptr ? call.other.shape.positions() : call.x.shape.positions();
    }
    template <class T, class Call>
    static kernels::attention_gaps<T> gaps_of(const Call& call, extent s, extent head) {
        return {call.mask.data != nullptr ? call.mask.at(s, 0, 0, 0) : nullptr,
                call.training ? call.op.beta : 0,
                {call.seed, call.op.row, call.step},
                s * call.op.groups + head};
    }
    template <class T, class Body>
    static void share(const operation& op, T* memory, extent count, extent threads, const Body& body) {
        parallel_for_with_worker(count, threads_for(count * op.in.size(), threads), [&](extent i, extent worker) {
            body(i, memory + worker * round_up(op.thread_scratch));
        });
    }
};

}  // namespace detail

/// Attention of every token to all: y = softmax(q k^T / sqrt(C / heads)) v, in each head for C / heads of the channels.
///
///     takes    shape<T, 3 C>, a sequence: of each token its query, its key and its value, of C channels each
///     gives    shape<T, C>, the heads side by side
///     learns   nothing
///     options  heads (1); causal (a token sees itself and those before it); dropout_rate (0), of the weights
///              in training
///     refuses  whatever is no sequence; channels that 3 * heads does not divide; a rate outside [0, 1)
///     costs    2 T^2 C multiply-adds forwards, half as many if causal; backwards 5 T^2 C, because scores are computed
///              again instead of being kept: memory grows with T, not with T^2
///
/// Tokens that masking marks as absent are seen by nobody; see there.
/// This is torch.nn.functional.scaled_dot_product_attention between its projections; multi_head_attention has them.
///
///     using net = ctnn::network<ctnn::shape<64, 24>, ctnn::dense<3 * 32>,
///                               ctnn::scaled_dot_product_attention<ctnn::heads<4>>>;
///
/// Vaswani et al., "Attention is all you need", 2017, section 3.2; the blocks as in Dao et al., "FlashAttention", 2022
template <auto... Options>
struct scaled_dot_product_attention : detail::attention_code {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        constexpr layer_options o = read_options<Options...>();
        if (!detail::takes_attention(o)) return refusal::option_not_taken;
        if (!detail::is_rate(o.dropout_rate)) return refusal::number_out_of_range;
        return lower_as(in, o);
    }
};

}  // namespace ctnn
