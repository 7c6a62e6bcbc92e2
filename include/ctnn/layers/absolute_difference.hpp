// SPDX-License-Identifier: MIT
/// \file
/// How far one half of the channels lies from the other.
#pragma once

#include "ctnn/core/refusal.hpp"
#include "ctnn/kernels/absolute_difference.hpp"

namespace ctnn {

/// |a - b| of the two halves a and b of the channels: behind siamese, how far two inputs lie apart, feature by feature.
///
///     takes    a vector, a sequence, an image or a volume
///     gives    the same positions, half of the channels
///     learns   nothing; where a and b are equal no gradient flows, as through PyTorch's abs
///     costs    one pass over its input
///     refuses  an odd number of channels
///
///     using verification = ctnn::chain<ctnn::absolute_difference, ctnn::dense<1>, ctnn::sigmoid>;
///
/// Koch et al., "Siamese neural networks for one-shot image recognition", 2015
struct absolute_difference {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        if (in.channels() % 2 != 0) return refusal::needs_even_channels;
        operation row = make_operation(kind::custom, "absolute_difference", in, in.with_channels(in.channels() / 2));
        row.backward_reads_input = row.positionwise = true;
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::absolute_difference_forward(call.x, call.y, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr) kernels::absolute_difference_backward(call.x, call.dy, call.dx, call.threads);
    }
};

}  // namespace ctnn
