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
    constexpr unsigned taken = option::heads | option::causal | option::padding;
    return !o.repeated && (o.given & ~(taken | more)) == 0 && ((o.given & option::padding) == 0 || o.causal);
}

/// The code of attention, whatever its heads.
struct attention_code {
    [[nodiscard]] static constexpr outcome lower_as(const dims& in, const layer_options& o) {
        if (in.rank != 2) return refusal::needs_sequence;
        if (o.heads < 1) return refusal::number_out_of_range;
        if (in.channels() % (3 * o.heads) != 0) return refusal::heads_do_not_divide;
        operation row = make_operation(kind::custom, "attention", in, in.with_channels(in.channels() / 3));
        row.groups = o.heads;
        row.alpha = o.causal ? 1 : 0;
        row.backward_reads_input = true;
        const kernels::attention_sizes a = sizes_of(row);
        row.multiply_adds = a.tokens * (o.causal ? a.tokens + 1 : 2 * a.tokens) * row.out.channels();
        row.thread_scratch = a.backward_memory();
        return row;
    }
    [[nodiscard]] static constexpr kernels::attention_sizes sizes_of(const operation& op) {
        return {op.in.positions(), op.out.channels() / op.groups, op.alpha != 0};
    }

    template <class T>
    static void forward(const forward_call<T>& call) {
        const kernels::attention_sizes a = sizes_of(call.op);
        const extent groups = call.op.groups, all = call.x.count * groups;
        // Where heads are few, threads share the blocks of one, and each packs its keys and values.
        const extent parts = call.threads < 2 || all >= 4 * call.threads ? 1 : a.blocks();
        share<T>(call.op, call.thread_scratch, all * parts, call.threads, [&](extent i, T* memory) {
            const extent head = i / parts % groups, s = i / parts / groups, part = i % parts;
            kernels::attention_forward(a, operands(call.op, call.x, s, head), call.y.at(s, 0, 0, 0) + head * a.width,
                                       call.y.step[2], memory, a.blocks() * part / parts,
                                       a.blocks() * (part + 1) / parts);
        });
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data == nullptr) return;
        const kernels::attention_sizes a = sizes_of(call.op);
        const extent groups = call.op.groups;
        share<T>(call.op, call.thread_scratch, call.x.count * groups, call.threads, [&](extent i, T* memory) {
            const extent head = i % groups, s = i / groups;
            kernels::attention_backward(a, operands(call.op, call.x, s, head), call.dy.at(s, 0, 0, 0) + head * a.width,
                                        call.dy.step[2], operands(call.op, call.dx, s, head), memory);
        });
    }

private:
    template <class T, class Body>
    static void share(const operation& op, T* memory, extent count, extent threads, const Body& body) {
        parallel_for_with_worker(count, threads_for(count * op.in.size(), threads), [&](extent i, extent worker) {
            body(i, memory + worker * round_up(op.thread_scratch));
        });
    }
    template <class T>
    static kernels::attention_operands<T> operands(const operation& op, const batch_view<T>& x, extent s, extent head) {
        const extent all = op.out.channels(), width = all / op.groups;
        T* query = x.at(s, 0, 0, 0) + head * width;
        return {query, query + all, query + 2 * all, x.step[2]};
    }
};

}  // namespace detail

/// Attention of every token to all: y = softmax(q k^T / sqrt(C / heads)) v, in each head for C / heads of the channels.
///
///     takes    shape<T, 3 C>, a sequence: of each token its query, its key and its value, of C channels each
///     gives    shape<T, C>, the heads side by side
///     learns   nothing
///     options  heads (1); causal (a token sees itself and those before it)
///     refuses  whatever is no sequence; channels that 3 * heads does not divide
///     costs    2 T^2 C multiply-adds forwards, half as many if causal; backwards 5 T^2 C, because scores are computed
///              again instead of being kept: memory grows with T, not with T^2
///
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
        return lower_as(in, o);
    }
};

}  // namespace ctnn
