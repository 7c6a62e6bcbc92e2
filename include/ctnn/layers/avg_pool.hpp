// SPDX-License-Identifier: MIT
/// \file
/// Average pooling.
#pragma once

#include "ctnn/kernels/pool_gradient.hpp"
#include "ctnn/layers/pool_window.hpp"

namespace ctnn {

/// The average of each window, channel by channel.
///
///     takes    a sequence, an image or a volume
///     gives    (input + padding - window) / stride + 1 positions an axis, rounded down: an incomplete window is
///              dropped
///     learns   nothing
///     options  window (2), stride (as the window), padding (at most half the window) or same, exclude_padding
///     costs    an addition for each tap of each output
///     refuses  a vector; a window larger than the padded input
///
/// Zeros of the padding count, unless exclude_padding is given (PyTorch's count_include_pad=False) or the padding is
/// same (TensorFlow's rule): then the divisor is the part of the window inside the input.
///
///     using smooth = ctnn::network<ctnn::shape<28, 28, 8>, ctnn::avg_pool<3, ctnn::stride<1>, ctnn::padding<1>>>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html
template <auto... Options>
struct avg_pool {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        return detail::lower_pool<Options...>(in, "avg_pool", option::include_padding);
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::pool_forward<kernels::pool::average>(call.op, call.x, call.y, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr)
            kernels::pool_backward<kernels::pool::average>(call.op, call.x, call.dy, call.dx, call.threads);
    }
};

}  // namespace ctnn
