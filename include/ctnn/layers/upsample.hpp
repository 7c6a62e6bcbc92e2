// SPDX-License-Identifier: MIT
/// \file
/// Upsampling by whole factors.
#pragma once

#include "ctnn/core/refusal.hpp"
#include "ctnn/kernels/resample.hpp"
#include "ctnn/kernels/upsample.hpp"
#include "ctnn/layers/resampling.hpp"

namespace ctnn {

/// Repeats every pixel along each spatial axis, or interpolates between pixels: upsample<2> doubles all axes,
/// upsample<1, 2> those of an image one by one, upsample<2, linear> bilinearly.
///
///     takes    a sequence, an image or a volume
///     gives    positions times factor, the same channels
///     learns   nothing
///     options  nearest or linear (nearest); with linear: align_corners
///     costs    a copy for each output; with linear two multiply-adds for each axis. The nearest by 2 in front of a
///              convolution by Winograd is not written at all in an engine
///     refuses  a vector; another number of factors than 1 or the input's axes; a factor below 1
///
/// linear is linear, bilinear or trilinear, as the input has axes. Pixels are squares, so that the edges of the image
/// stay where they are and those outside the outermost centers are repeated; with align_corners the centers of the
/// outermost pixels stay where they are.
///
///     using wider = ctnn::network<ctnn::shape<32, 32, 64>, ctnn::upsample<2>, ctnn::conv<32, 3, ctnn::same>>;
///     using smooth = ctnn::network<ctnn::shape<32, 32, 64>, ctnn::upsample<2, ctnn::linear, ctnn::align_corners>>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.Upsample.html
template <auto... Options>
struct upsample {
    static_assert(detail::has_numbers<Options...>, "ctnn: upsample needs a factor, such as upsample<2>");

    [[nodiscard]] static constexpr outcome lower(dims in) {
        return detail::lower_resampling<Options...>(in, "upsample", true);
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        if constexpr (rule == sampling::nearest)
            kernels::upsample_forward(call.x, call.y, call.threads);
        else
            kernels::resample_forward(rule, call.x, call.y, call.scratch, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data == nullptr) return;
        if constexpr (rule == sampling::nearest)
            kernels::upsample_backward(call.dy, call.dx, call.threads);
        else
            kernels::resample_backward(rule, call.dy, call.dx, call.scratch, call.threads);
    }

private:
    static constexpr sampling rule = detail::sampling_of<Options...>;
};

}  // namespace ctnn
