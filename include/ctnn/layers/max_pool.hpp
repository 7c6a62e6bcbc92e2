// SPDX-License-Identifier: MIT
/// \file
/// Maximum pooling.
#pragma once

#include "ctnn/kernels/pool_gradient.hpp"
#include "ctnn/layers/pool_window.hpp"

namespace ctnn {

/// The largest value of each window, channel by channel.
///
///     takes    a sequence, an image or a volume
///     gives    (input + padding - window) / stride + 1 positions an axis, rounded down: an incomplete window is
///              dropped
///     learns   nothing
///     options  window (2), stride (as the window), padding (at most half the window) or same; padding never wins
///     costs    a comparison for each tap of each output; in an engine a 2 x 2 maximum behind a convolution is taken
///              before it is stored
///     refuses  a vector; a window larger than the padded input
///
/// Backward gives the gradient to the first maximum of a window, in the order of memory. A NaN counts as a maximum.
///
///     using halved = ctnn::network<ctnn::shape<28, 28, 8>, ctnn::max_pool<>, ctnn::max_pool<3, ctnn::stride<2>>>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
template <auto... Options>
struct max_pool {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        outcome o = detail::lower_pool<Options...>(in, "max_pool", 0);
        o.what.what = kind::max_pool;
        o.what.backward_reads_input = true;
        return o;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::pool_forward<kernels::pool::maximum>(call.op, call.x, call.y, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr)
            kernels::pool_backward<kernels::pool::maximum>(call.op, call.x, call.dy, call.dx, call.threads);
    }
};

}  // namespace ctnn
