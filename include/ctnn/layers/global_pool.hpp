// SPDX-License-Identifier: MIT
/// \file
/// Pooling over all positions.
#pragma once

#include "ctnn/kernels/masked_pool.hpp"
#include "ctnn/kernels/pool_gradient.hpp"
#include "ctnn/layers/pool_window.hpp"

namespace ctnn {

namespace detail {

/// A pool over all positions, or over the present steps of a masked sequence.
template <kernels::pool P>
struct global_pool {
    template <class T>
    static void forward(const forward_call<T>& call) {
        if (call.mask.data == nullptr) return kernels::pool_forward<P>(call.op, call.x, call.y, call.threads);
        parallel_for(call.x.count, threads_for(call.x.count * call.x.shape.size(), call.threads), [&](extent s) {
            kernels::masked_pool_forward<P>(steps_of(call.x), call.x.at(s, 0, 0, 0), call.mask.at(s, 0, 0, 0),
                                            call.y.at(s, 0, 0, 0));
        });
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data == nullptr) return;
        if (call.mask.data == nullptr)
            return kernels::pool_backward<P>(call.op, call.x, call.dy, call.dx, call.threads);
        parallel_for(call.dx.count, threads_for(call.dx.count * call.dx.shape.size(), call.threads), [&](extent s) {
            const T* x = P == kernels::pool::maximum ? call.x.at(s, 0, 0, 0) : nullptr;
            kernels::masked_pool_backward<P>({call.dx.shape.positions(), call.dx.shape.channels(), call.x.step[2]}, x,
                                             call.mask.at(s, 0, 0, 0), call.dy.at(s, 0, 0, 0), call.dx.at(s, 0, 0, 0),
                                             call.dx.step[2]);
        });
    }

private:
    template <class T>
    static kernels::masked_steps steps_of(const batch_view<T>& x) {
        return {x.shape.positions(), x.shape.channels(), x.step[2]};
    }
};

}  // namespace detail

/// The average of every channel over all positions, by sums of sums, so that its error does not grow with the image.
///
///     takes    a sequence, of which only the steps are pooled that masking left, an image or a volume
///     gives    shape<channels>
///     learns   nothing
///     costs    one pass over the input
///     refuses  a vector
///
///     using head = ctnn::network<ctnn::shape<7, 7, 64>, ctnn::global_avg_pool, ctnn::dense<10>>;
struct global_avg_pool : detail::global_pool<kernels::pool::average> {
    [[nodiscard]] static constexpr outcome lower(dims in) { return detail::lower_global_pool(in, "global_avg_pool"); }
};

/// The maximum of every channel over all positions; its first occurrence takes the gradient, as in PyTorch's
/// AdaptiveMaxPool2d.
///
///     takes    a sequence, of which only the steps are pooled that masking left, an image or a volume
///     gives    shape<channels>
///     learns   nothing
///     costs    one pass over the input; backwards a second to find the maximum
///     refuses  a vector
///
///     using head = ctnn::network<ctnn::shape<7, 7, 64>, ctnn::global_max_pool, ctnn::dense<10>>;
struct global_max_pool : detail::global_pool<kernels::pool::maximum> {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        outcome o = detail::lower_global_pool(in, "global_max_pool");
        o.what.backward_reads_input = true;
        return o;
    }
};

}  // namespace ctnn
