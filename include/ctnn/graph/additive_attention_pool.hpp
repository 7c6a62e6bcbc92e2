// SPDX-License-Identifier: MIT
/// \file
/// Pooling that learns which steps of a sequence matter.
#pragma once

#include "ctnn/core/threads.hpp"
#include "ctnn/graph/multi_head_attention.hpp"
#include "ctnn/graph/scale_by.hpp"
#include "ctnn/kernels/attention_pool.hpp"
#include "ctnn/layers/activation.hpp"

namespace ctnn {

namespace detail {

/// The row that pools its first input by the scores that are its second. Several sequences may lie one behind the
/// other, each a row of an image: then time_distributed repeats it.
struct attention_pool_code {
    [[nodiscard]] static constexpr operation row_of(const dims& in) {
        operation row = make_operation(kind::custom, "attention_pool", in, make_dims(in.channels()));
        row.windowed = row.reads_mask = row.backward_reads_input = true;
        row.window.kernel[2] = row.window.stride[2] = in.width();
        row.thread_scratch = kernels::scored_steps<float>::memory(in.width());
        row.multiply_adds = in.size();
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        for_each_sequence(call, call.x, [&](extent s, extent d, extent h, T* memory) {
            kernels::attention_pool_forward(steps_at(call.x, call.other, s, d, h), mask_of<T>(call, s),
                                            call.y.at(s, d, h, 0), memory);
        });
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        for_each_sequence(call, call.x, [&](extent s, extent d, extent h, T* memory) {
            kernels::attention_pool_backward(steps_at(call.x, call.other, s, d, h), mask_of<T>(call, s),
                                             call.dy.at(s, d, h, 0), steps_at(call.dx, call.d_other, s, d, h), memory);
        });
    }
    /// Where no view is wanted, its part is null.
    template <class T>
    static kernels::scored_steps<T> steps_at(const batch_view<T>& x, const batch_view<T>& scores, extent s, extent d,
                                             extent h) {
        return {x.shape.width(),
                x.shape.channels(),
                x.data == nullptr ? nullptr : x.at(s, d, h, 0),
                scores.data == nullptr ? nullptr : scores.at(s, d, h, 0),
                x.step[2],
                scores.step[2]};
    }

private:
    template <class T, class Call>
    static const T* mask_of(const Call& call, extent s) {
        return call.mask.data == nullptr ? nullptr : call.mask.at(s, 0, 0, 0);
    }
    template <class Call, class View, class Body>
    static void for_each_sequence(const Call& call, const View& x, const Body& body) {
        const extent depth = x.shape.depth(), height = x.shape.height(), each = depth * height;
        parallel_for_with_worker(x.count * each, threads_for(x.count * x.shape.size(), call.threads),
                                 [&](extent i, extent worker) {
                                     body(i / each, i / height % depth, i % height,
                                          call.thread_scratch + worker * round_up(call.op.thread_scratch));
                                 });
    }
};

}  // namespace detail

/// The weighted mean of all steps of a sequence, whose weights are the softmax of a score for each step:
/// score = score.weight . tanh(step * proj.weight + proj.bias). They say what the network looks at; an engine's
/// attention_weights() reads them.
///
///     takes    shape<T, C>, a sequence, of which only the steps are pooled that masking left
///     gives    shape<C>; of a sequence without steps it is 0
///     learns   proj.weight (C, Units), proj.bias (Units), score.weight (Units, 1)
///     refuses  whatever is no sequence: put reshape before it for the positions of an image; less than one unit
///     costs    T (C + 1) Units + T C multiply-adds forwards
///
/// Repeated by time_distributed it makes attention of several levels: patches of a slice, then slices of a volume.
///
///     using volume = ctnn::network<
///         ctnn::shape<16, 28, 28, 1>,
///         ctnn::time_distributed<ctnn::conv<16, 7, ctnn::stride<7>>, ctnn::relu, ctnn::reshape<16, 16>,
///                                ctnn::additive_attention_pool<8>>,
///         ctnn::additive_attention_pool<8>, ctnn::dense<2>>;
///
/// Bahdanau et al., "Neural machine translation by jointly learning to align and translate", 2014; as pooling Yang et
/// al., "Hierarchical attention networks for document classification", 2016, and Ilse et al., "Attention-based deep
/// multiple instance learning", 2018; https://keras.io/api/layers/attention_layers/additive_attention/
template <extent Units>
struct additive_attention_pool {
    using children = types<>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        if (in.shape.rank != 2) return b.refuse(refusal::needs_sequence, in.shape);
        if (Units < 1) return b.refuse(refusal::number_out_of_range, in.shape);
        wire scores = detail::emit_dense_as(b, 0, "proj", in, Units, true);
        scores = detail::emit_at<tanh>(b, 1, scores);
        scores = detail::emit_dense_as(b, 2, "score", scores, 1, false);
        b.enter(3);
        const auto code = routine_of<detail::attention_pool_code, Routine>();
        const wire out = b.apply(detail::attention_pool_code::row_of(in.shape), code, in, scores);
        b.leave();
        return out;
    }
};

}  // namespace ctnn
