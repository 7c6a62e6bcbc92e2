// SPDX-License-Identifier: MIT
/// \file
/// Pooling over all positions.
#pragma once

#include "ctnn/kernels/pool_gradient.hpp"
#include "ctnn/layers/pool_window.hpp"

namespace ctnn {

/// The average of every channel over all positions, by sums of sums, so that its error does not grow with the image.
///
///     takes    a sequence, an image or a volume
///     gives    shape<channels>
///     learns   nothing
///     costs    one pass over the input
///     refuses  a vector
///
///     using head = ctnn::network<ctnn::shape<7, 7, 64>, ctnn::global_avg_pool, ctnn::dense<10>>;
struct global_avg_pool {
    [[nodiscard]] static constexpr outcome lower(dims in) { return detail::lower_global_pool(in, "global_avg_pool"); }
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

/// The maximum of every channel over all positions; its first occurrence takes the gradient, as in PyTorch's
/// AdaptiveMaxPool2d.
///
///     takes    a sequence, an image or a volume
///     gives    shape<channels>
///     learns   nothing
///     costs    one pass over the input; backwards a second to find the maximum
///     refuses  a vector
///
///     using head = ctnn::network<ctnn::shape<7, 7, 64>, ctnn::global_max_pool, ctnn::dense<10>>;
struct global_max_pool {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        outcome o = detail::lower_global_pool(in, "global_max_pool");
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
