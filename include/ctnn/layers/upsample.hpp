// SPDX-License-Identifier: MIT
/// \file
/// Nearest-neighbor upsampling.
#pragma once

#include "ctnn/core/refusal.hpp"
#include "ctnn/kernels/upsample.hpp"

namespace ctnn {

/// Repeats every pixel along each spatial axis: upsample<2> doubles all axes, upsample<1, 2> those of an image one by
/// one.
///
///     takes    a sequence, an image or a volume
///     gives    positions times factor, the same channels
///     refuses  a vector; another number of factors than 1 or the input's axes; a factor below 1
///
///     using wider = ctnn::network<ctnn::shape<32, 32, 64>, ctnn::upsample<2>, ctnn::conv<32, 3, ctnn::same>>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.Upsample.html (mode nearest)
template <extent... Factors>
struct upsample {
    static_assert(sizeof...(Factors) >= 1, "ctnn: upsample needs a factor, such as upsample<2>");

    [[nodiscard]] static constexpr outcome lower(dims in) {
        constexpr extent factors[]{Factors...}, count = sizeof...(Factors);
        if (in.rank < 2) return refusal::needs_positions;
        if (count != 1 && count != in.spatial_rank()) return refusal::axes_differ;
        operation row{.what = kind::custom, .layer = "upsample", .in = in, .out = in};
        row.windowed = true;
        for (extent a = in.first_axis(); a < 3; ++a) {
            const extent factor = factors[count == 1 ? 0 : a - in.first_axis()];
            if (factor < 1) return refusal::number_out_of_range;
            row.out.axis[a] *= factor;
        }
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::upsample_forward(call.x, call.y, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr) kernels::upsample_backward(call.dy, call.dx, call.threads);
    }
};

}  // namespace ctnn
