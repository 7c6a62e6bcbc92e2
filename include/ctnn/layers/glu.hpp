// SPDX-License-Identifier: MIT
/// \file
/// The gated linear unit.
#pragma once

#include "ctnn/core/refusal.hpp"
#include "ctnn/kernels/glu.hpp"

namespace ctnn {

/// Gated linear unit: the first half of the channels times the sigmoid of the second half.
///
///     takes    a vector, a sequence, an image or a volume
///     gives    the same positions, half of the channels
///     learns   nothing
///     costs    an exponential for each number of the output, in one pass
///     refuses  an odd number of channels
///
///     using gated = ctnn::chain<ctnn::conv<64, 3, ctnn::same>, ctnn::glu>;
///
/// Dauphin et al., "Language modeling with gated convolutional networks", 2016;
/// https://pytorch.org/docs/stable/generated/torch.nn.GLU.html (over the dimension of the channels)
struct glu {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        if (in.channels() % 2 != 0) return refusal::needs_even_channels;
        operation row = make_operation(kind::custom, "glu", in, in.with_channels(in.channels() / 2));
        row.backward_reads_input = row.positionwise = true;
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::glu_forward(call.x, call.y, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr) kernels::glu_backward(call.x, call.dy, call.dx, call.threads);
    }
};

}  // namespace ctnn
