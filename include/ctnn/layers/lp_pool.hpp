// SPDX-License-Identifier: MIT
/// \file
/// Power-average pooling.
#pragma once

#include "ctnn/kernels/lp_pool.hpp"
#include "ctnn/layers/pool_window.hpp"

namespace ctnn {

/// The root of the sum of powers of each window, channel by channel: y = (sum of x^Power)^(1 / Power). lp_pool<2> is
/// the length of the window as a vector, lp_pool<1> its sum, and the larger the power, the nearer to the maximum.
///
///     takes    a sequence, an image or a volume
///     gives    (input + padding - window) / stride + 1 positions an axis, rounded down: an incomplete window is
///              dropped
///     learns   nothing
///     options  window (2), stride (as the window), padding (at most half the window) or same; padding adds nothing
///     refuses  a vector; a window larger than the padded input; a power below 1
///     costs    roots other than those of 1, 2 and 4 are taken one number at a time
///
/// Odd powers keep the sign and are for inputs that are not negative: a negative sum has no root, and NaN is the
/// result, as in PyTorch. Where the result is 0, the root has no slope, and backward gives 0.
///
///     using smooth = ctnn::network<ctnn::shape<28, 28, 8>, ctnn::lp_pool<2>, ctnn::lp_pool<2, 3, ctnn::stride<2>>>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.LPPool2d.html
template <extent Power, auto... Options>
struct lp_pool {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        outcome o = detail::lower_pool<Options...>(in, "lp_pool", 0);
        if (o.why == refusal::none && Power < 1) return refusal::number_out_of_range;
        o.what.groups = Power;  // what networks are told apart by
        o.what.backward_reads_input = o.what.backward_reads_output = true;
        return o;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::lp_pool_forward(call.op, call.x, call.y, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr) kernels::lp_pool_backward(call.op, call.x, call.y, call.dy, call.dx, call.threads);
    }
};

}  // namespace ctnn
