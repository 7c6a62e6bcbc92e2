// SPDX-License-Identifier: MIT
/// \file
/// The largest and the mean channel of each position.
#pragma once

#include "ctnn/core/operation.hpp"
#include "ctnn/kernels/channel_pool.hpp"

namespace ctnn {

/// The maximum of all channels and their mean, at each position: what attention over positions looks at.
///
///     takes    a vector, a sequence, an image or a volume
///     gives    the same positions, two channels: maximum, mean; NaN where a channel is
///     learns   nothing
///     costs    one pass over the input; backwards a second to find the maximum
///
///     using gate = ctnn::scale_by<ctnn::channel_pool, ctnn::conv<1, 7, ctnn::same>, ctnn::sigmoid>;
///
/// The gradient of the maximum goes to the first of equal channels, as PyTorch's torch.max(x, dim) has it.
/// Woo et al., "CBAM: convolutional block attention module", 2018, section 3.1
struct channel_pool {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        operation row = make_operation(kind::custom, "channel_pool", in, in.with_channels(2));
        row.backward_reads_input = true;
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::channel_pool_forward(call.x, call.y, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr) kernels::channel_pool_backward(call.x, call.dy, call.dx, call.threads);
    }
};

}  // namespace ctnn
