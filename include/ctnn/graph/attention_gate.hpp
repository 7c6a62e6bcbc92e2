// SPDX-License-Identifier: MIT
/// \file
/// The skip connection of a U-Net level that is weighted by what the deeper levels see.
#pragma once

#include "ctnn/graph/scale_by.hpp"
#include "ctnn/layers/activation.hpp"
#include "ctnn/layers/conv.hpp"

namespace ctnn {

/// concat<x * a, g>, where g is the chain of deeper layers on x, and a = sigmoid(conv(relu(conv(x) + conv(g)))) has one
/// channel: how much each position of the skip connection matters.
///
///     takes    a sequence, an image or a volume
///     gives    the input's channels beside those of g, at the input's positions
///     learns   what the deeper layers learn, as 0; 1.weight (1..., channels, Filters), of x; 2.weight (1..., channels
///              of g, Filters) and 2.bias (Filters), of g; 4.weight (1..., Filters, 1) and 4.bias (1)
///     costs    (channels + channels of g + 1) * Filters multiply-adds a position, besides the deeper layers'
///     refuses  a vector; deeper layers that end at other positions; fewer than one filter
///
///     using level = ctnn::attention_gate<16, ctnn::max_pool<>, ctnn::conv<64, 3, ctnn::same>, ctnn::relu,
///                                        ctnn::upsample<2>>;
///
/// Oktay et al., "Attention U-Net", 2018; here g comes upsampled, so that a needs no resampling.
template <extent Filters, class... Deeper>
struct attention_gate {
    using children = types<chain<Deeper...>>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        if (Filters < 1) return b.refuse(refusal::number_out_of_range, in.shape);
        if (in.shape.rank < 2) return b.refuse(refusal::needs_positions, in.shape);
        b.enter(0);
        const wire deeper = ctnn::emit<chain<Deeper...>, Routine>(b, in);
        b.leave();
        if (b.refused()) return {};
        if (!(deeper.shape.with_channels(1) == in.shape.with_channels(1)))
            return b.refuse(refusal::channels_differ, in.shape);
        const wire skip = detail::emit_at<conv<Filters, 1, no_bias>>(b, 1, in);
        wire gate = detail::emit_at<conv<Filters, 1>>(b, 2, deeper);
        operation row = make_operation(kind::add, "add", gate.shape, gate.shape);
        row.in_place = row.backward_in_place = true;
        gate = detail::emit_at<relu>(b, 3, b.apply(row, Routine{}, skip, gate));
        gate = detail::emit_at<sigmoid>(b, 5, detail::emit_at<conv<1, 1>>(b, 4, gate));
        const wire branches[2]{detail::multiply(b, in, gate), deeper};
        return detail::place_beside(b, branches, 2, in.shape);
    }
};

}  // namespace ctnn
