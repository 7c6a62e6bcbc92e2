// SPDX-License-Identifier: MIT
/// \file
/// Permutation of axes.
#pragma once

#include <initializer_list>

#include "ctnn/core/refusal.hpp"
#include "ctnn/kernels/permute.hpp"

namespace ctnn {

/// Exchanges axes, counted from 1 as the shape spells them: permute<2, 1> transposes a sequence, permute<3, 1, 2> puts
/// the channels of an image first.
///
///     takes    any shape
///     gives    as i-th extent the one of axis number Axes[i]
///     learns   nothing
///     costs    one pass; axes that change places in memory are read across it
///     refuses  anything but each axis of the input once
///
/// The numbers are those of Keras' Permute, and of PyTorch's permute behind its 0 for the batch.
///
///     using signals = ctnn::network<ctnn::shape<12, 1000>, ctnn::permute<2, 1>, ctnn::conv<32, 5>>;
///
/// https://keras.io/api/layers/reshaping_layers/permute/, https://pytorch.org/docs/stable/generated/torch.permute.html
template <extent... Axes>
struct permute {
    static_assert(sizeof...(Axes) >= 1, "ctnn: permute needs the axes in their new order, such as permute<2, 1>");

    [[nodiscard]] static constexpr outcome lower(dims in) {
        if (!permutes(in.rank)) return refusal::needs_permutation;
        operation row = make_operation(kind::custom, "permute", in, in);
        const kernels::axis_order order = order_of(in.rank);
        for (int a = 0; a < 4; ++a) row.out.axis[a] = in.axis[order.from[a]];
        // What networks are told apart by: the numbers as digits. And each position may see all others.
        for (const extent axis : {Axes...}) row.alpha = 10 * row.alpha + static_cast<double>(axis);
        for (int a = 0; a < 3; ++a) row.window.kernel[a] = in.axis[a];
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::permute_axes(order_of(call.op.in.rank), call.x, call.y, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr)
            kernels::permute_axes(order_of(call.op.in.rank).inverse(), call.dy, call.dx, call.threads);
    }

private:
    [[nodiscard]] static constexpr bool permutes(extent rank) {
        bool met[5]{};
        for (const extent axis : {Axes...}) {
            if (axis < 1 || axis > rank || met[axis]) return false;
            met[axis] = true;
        }
        return static_cast<extent>(sizeof...(Axes)) == rank;
    }
    /// Of all four axes; those that a lower rank lacks stay.
    [[nodiscard]] static constexpr kernels::axis_order order_of(extent rank) {
        kernels::axis_order order{{0, 1, 2, 3}};
        int a = static_cast<int>(4 - rank);
        for (const extent axis : {Axes...}) order.from[a++] = static_cast<int>(4 - rank + axis - 1);
        return order;
    }
};

}  // namespace ctnn
