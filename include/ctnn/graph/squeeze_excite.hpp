// SPDX-License-Identifier: MIT
/// \file
/// Squeeze and excitation.
#pragma once

#include "ctnn/graph/scale_by.hpp"
#include "ctnn/layers/activation.hpp"
#include "ctnn/layers/dense.hpp"
#include "ctnn/layers/global_pool.hpp"

namespace ctnn {

namespace detail {
/// A dense layer at a position of a composite whose shapes decide its units.
template <class Routine>
constexpr wire emit_dense(builder<Routine>& b, int index, wire in, extent units) {
    b.enter(index);
    in = b.apply(lower_dense({}, in.shape, units).what, Routine{}, in);
    b.leave();
    return in;
}
}  // namespace detail

/// Scales each channel by a gate that all channels' means decide: sigmoid(dense(relu(dense(mean)))).
///
///     takes    a sequence, an image or a volume
///     gives    the same shape
///     learns   1.weight (channels, hidden), 1.bias (hidden), 3.weight (hidden, channels), 3.bias (channels), where
///              hidden is channels / Reduction rounded down, at least 1
///     costs    2 * channels * hidden multiply-adds, and one pass over the input for the means and one for the product
///     refuses  a vector; a Reduction below 1
///
///     using block = ctnn::chain<ctnn::conv<64, 3, ctnn::same>, ctnn::relu, ctnn::squeeze_excite<>>;
///
/// Hu et al., "Squeeze-and-excitation networks", 2017
template <extent Reduction = 16>
struct squeeze_excite {
    using children = types<>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        const extent channels = in.shape.channels();
        if (Reduction < 1) return b.refuse(refusal::number_out_of_range, in.shape);
        if (in.shape.rank < 2) return b.refuse(refusal::needs_positions, in.shape);
        const extent hidden = channels < Reduction ? 1 : channels / Reduction;
        wire gate = detail::emit_at<global_avg_pool>(b, 0, in);
        gate = detail::emit_dense(b, 1, gate, hidden);
        gate = detail::emit_at<relu>(b, 2, gate);
        gate = detail::emit_dense(b, 3, gate, channels);
        return detail::multiply(b, in, detail::emit_at<sigmoid>(b, 4, gate));
    }
};

}  // namespace ctnn
