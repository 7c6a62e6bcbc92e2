// SPDX-License-Identifier: MIT
/// \file
/// The product of a value and what layers make of it: attention over channels or positions.
#pragma once

#include "ctnn/graph/compose.hpp"
#include "ctnn/kernels/scale.hpp"

namespace ctnn {

namespace detail {

/// The row that multiplies its two inputs.
struct multiplication {
    /// Does the gate have the shape of x, or one position, or one channel, or both?
    [[nodiscard]] static constexpr bool fits(const dims& x, const dims& gate) {
        const bool everywhere = gate.positions() == 1, one_channel = gate.channels() == 1;
        for (int a = 0; a < 3 && !everywhere; ++a)
            if (gate.axis[a] != x.axis[a]) return false;
        return one_channel || gate.channels() == x.channels();
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::scale_forward<T>(call.x, call.other, call.y, false, call.threads);
    }
    // dx first: where x is its own gate, both gradients are one, which the second adds to.
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr)
            kernels::scale_forward<T>(call.dy, call.other, call.dx, call.accumulate, call.threads);
        if (call.d_other.data != nullptr)
            kernels::scale_gate_gradient<T>(call.x, call.dy, call.d_other, call.accumulate_other, call.threads);
    }
};

/// x * gate.
template <class Routine>
constexpr wire multiply(builder<Routine>& b, wire x, wire gate) {
    if (!multiplication::fits(x.shape, gate.shape)) return b.refuse(refusal::scales_differ, x.shape);
    operation row = make_operation(kind::multiply, "scale", x.shape, x.shape);
    row.in_place = true;
    row.backward_reads_input = true;
    return b.apply(row, routine_of<multiplication, Routine>(), x, gate);
}

/// A layer at a position of a composite of fixed layers, which fit.
template <class Layer, class Routine>
constexpr wire emit_at(builder<Routine>& b, int index, wire in) {
    b.enter(index);
    in = ctnn::emit<Layer, Routine>(b, in);
    b.leave();
    return in;
}

}  // namespace detail

/// x * f(x), where f is the chain of layers: a gate for each channel, each position, or each element.
///
///     takes    whatever the layers take
///     gives    the same shape
///     learns   what the layers learn, 0.weight ...
///     costs    what the layers cost, and one pass for the product
///     refuses  layers that end in another shape than a vector of the input's channels (the same for all positions),
///              one channel at the input's positions (the same for all channels), or the input's own
///
///     using swish = ctnn::scale_by<ctnn::sigmoid>;
///     using spatial = ctnn::scale_by<ctnn::conv<1, 1>, ctnn::sigmoid>;
///
/// Hu et al., "Squeeze-and-excitation networks", 2017; in Keras layers.Multiply()([x, f(x)])
template <class... Layers>
struct scale_by {
    using children = types<chain<Layers...>>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        b.enter(0);
        const wire gate = ctnn::emit<chain<Layers...>, Routine>(b, in);
        b.leave();
        return b.refused() ? wire{} : detail::multiply(b, in, gate);
    }
};

}  // namespace ctnn
