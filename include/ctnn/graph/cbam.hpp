// SPDX-License-Identifier: MIT
/// \file
/// The convolutional block attention module.
#pragma once

#include "ctnn/graph/squeeze_excite.hpp"
#include "ctnn/layers/batch_norm.hpp"
#include "ctnn/layers/channel_pool.hpp"
#include "ctnn/layers/conv.hpp"

namespace ctnn {

/// Scales each channel by sigmoid(f(mean) + f(maximum)), f being two dense layers with a relu between, then each
/// position by sigmoid(batch_norm(conv(channel_pool))).
///
///     takes    a sequence, an image or a volume
///     gives    the same shape
///     learns   2.weight (channels, hidden), 2.bias (hidden), 4.weight (hidden, channels), 4.bias (channels), where
///              hidden is channels / Reduction rounded down, at least 1; 8.weight (Kernel..., 2, 1); 9.weight (1),
///              9.bias (1)
///     costs    4 * channels * hidden multiply-adds and 2 * Kernel... a position; about four passes over the input
///     refuses  a vector; a Reduction or a Kernel below 1
///
///     using block = ctnn::chain<ctnn::conv<64, 3, ctnn::same>, ctnn::relu, ctnn::cbam<>>;
///
/// Woo et al., "CBAM: convolutional block attention module", 2018; the batch norm, whose momentum is 0.01, is that of
/// the authors' code. Mean and maximum are two steps of one sequence, which share f's weights.
template <extent Reduction = 16, extent Kernel = 7>
struct cbam {
    using children = types<>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        const extent channels = in.shape.channels(), hidden = channels / (Reduction < 1 ? 1 : Reduction);
        if (Reduction < 1 || Kernel < 1) return b.refuse(refusal::number_out_of_range, in.shape);
        if (in.shape.rank < 2) return b.refuse(refusal::needs_positions, in.shape);
        const wire pooled[2]{detail::emit_at<global_avg_pool>(b, 0, in), detail::emit_at<global_max_pool>(b, 1, in)};
        wire gate = detail::place_beside(b, pooled, 2, in.shape);
        gate = b.apply(make_operation(kind::reshape, "reshape", gate.shape, make_dims(2, channels)), Routine{}, gate);
        gate = detail::emit_dense(b, 2, gate, hidden < 1 ? 1 : hidden);
        gate = detail::emit_at<relu>(b, 3, gate);
        gate = detail::emit_at<global_avg_pool>(b, 5, detail::emit_dense(b, 4, gate, channels));
        operation twice = make_operation(kind::add, "add", gate.shape, gate.shape);  // the sum of the two steps
        twice.in_place = twice.backward_in_place = true;
        gate = detail::emit_at<sigmoid>(b, 6, b.apply(twice, Routine{}, gate, gate));
        in = detail::multiply(b, in, gate);
        gate = detail::emit_at<channel_pool>(b, 7, in);
        gate = detail::emit_at<conv<1, Kernel, same, no_bias>>(b, 8, gate);
        gate = detail::emit_at<batch_norm<momentum<0.01>>>(b, 9, gate);
        return detail::multiply(b, in, detail::emit_at<sigmoid>(b, 10, gate));
    }
};

}  // namespace ctnn
