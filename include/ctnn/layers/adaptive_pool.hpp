// SPDX-License-Identifier: MIT
/// \file
/// Pooling to a given number of positions.
#pragma once

#include "ctnn/kernels/pool_gradient.hpp"
#include "ctnn/layers/pool_window.hpp"

namespace ctnn {

namespace detail {

/// Cuts each axis into as many bins as it shall have positions. Where all of them divide, bins are windows.
template <extent... Extents>
[[nodiscard]] constexpr outcome lower_adaptive_pool(dims in, const char* layer) {
    constexpr extent given[]{Extents...}, count = sizeof...(Extents);
    if (in.rank < 2) return refusal::needs_positions;
    if (count != 1 && count != in.spatial_rank()) return refusal::axes_differ;
    operation row = make_operation(kind::custom, layer, in, in);
    for (extent a = in.first_axis(); a < 3; ++a) {
        const extent from = in.axis[a], to = given[count == 1 ? 0 : a - in.first_axis()];
        if (to < 1) return refusal::number_out_of_range;
        row.out.axis[a] = to;
        row.window.stride[a] = from > to ? from / to : 1;
        row.adaptive = row.adaptive || from % to != 0;
        for (extent i = 0; i < to; ++i) {  // the largest bin
            const extent size = ((i + 1) * from + to - 1) / to - i * from / to;
            if (size > row.window.kernel[a]) row.window.kernel[a] = size;
        }
    }
    return row;
}

}  // namespace detail

/// The average of each bin, channel by channel: adaptive_avg_pool<7> has 7 positions along every axis, whatever the
/// input has, adaptive_avg_pool<7, 5> 7 and 5 along those of an image.
///
///     takes    a sequence, an image or a volume
///     gives    Extents positions, the same channels
///     learns   nothing
///     costs    one addition for each number of each bin; bins overlap where the extents do not divide
///     refuses  a vector; another number of extents than 1 or the input's axes; an extent below 1
///
/// Bin i of an axis reaches from position floor(i in / out) to ceil((i + 1) in / out) - 1: neighbors share a position
/// where out does not divide in, and where it is larger than in, positions repeat.
///
///     using head = ctnn::network<ctnn::shape<13, 17, 8>, ctnn::adaptive_avg_pool<4>, ctnn::flatten, ctnn::dense<10>>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html
template <extent... Extents>
struct adaptive_avg_pool {
    static_assert(sizeof...(Extents) >= 1, "ctnn: adaptive_avg_pool needs an extent, such as adaptive_avg_pool<7>");

    [[nodiscard]] static constexpr outcome lower(dims in) {
        return detail::lower_adaptive_pool<Extents...>(in, "adaptive_avg_pool");
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

/// The largest value of each bin, channel by channel; bins as in adaptive_avg_pool.
///
///     takes    a sequence, an image or a volume
///     gives    Extents positions, the same channels
///     learns   nothing
///     costs    one comparison for each number of each bin; backwards the input is searched again
///     refuses  a vector; another number of extents than 1 or the input's axes; an extent below 1
///
/// Backward gives the gradient to the first maximum of a bin, in the order of memory. A NaN counts as a maximum.
///
///     using head = ctnn::network<ctnn::shape<13, 17, 8>, ctnn::adaptive_max_pool<4, 5>, ctnn::flatten>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool2d.html
template <extent... Extents>
struct adaptive_max_pool {
    static_assert(sizeof...(Extents) >= 1, "ctnn: adaptive_max_pool needs an extent, such as adaptive_max_pool<7>");

    [[nodiscard]] static constexpr outcome lower(dims in) {
        outcome o = detail::lower_adaptive_pool<Extents...>(in, "adaptive_max_pool");
        o.what.what = kind::max_pool;  // bins that are windows of 2x2 fuse as those do; no other bins have that stride
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
