// SPDX-License-Identifier: MIT
/// \file
/// Resampling to a given number of positions.
#pragma once

#include "ctnn/kernels/resample.hpp"
#include "ctnn/layers/resampling.hpp"

namespace ctnn {

/// Resamples to the given positions, larger or smaller: resize<64> to 64 along all spatial axes, resize<64, 48> to
/// those of an image one by one, resize<64, linear> with values between pixels.
///
///     takes    a sequence, an image or a volume
///     gives    the positions of its numbers, the same channels
///     learns   nothing
///     options  nearest or linear (nearest); with linear: align_corners
///     costs    a copy for each output; with linear two multiply-adds for each axis
///     refuses  a vector; another number of extents than 1 or the input's axes; an extent below 1
///
/// nearest takes position o in / out, rounded down; linear is as in upsample. Neither averages: what shrinks to less
/// than half skips pixels, where avg_pool or adaptive_avg_pool would take all of them.
///
///     using level = ctnn::network<ctnn::shape<33, 47, 64>, ctnn::resize<64, 96, ctnn::linear>, ctnn::conv<32>>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html (with size)
template <auto... Options>
struct resize {
    static_assert(detail::has_numbers<Options...>, "ctnn: resize needs the extents of its output, such as resize<64>");

    [[nodiscard]] static constexpr outcome lower(dims in) {
        return detail::lower_resampling<Options...>(in, "resize", false);
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::resample_forward(rule, call.x, call.y, call.scratch, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr) kernels::resample_backward(rule, call.dy, call.dx, call.scratch, call.threads);
    }

private:
    static constexpr sampling rule = detail::sampling_of<Options...>;
};

}  // namespace ctnn
