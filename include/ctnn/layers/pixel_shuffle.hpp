// SPDX-License-Identifier: MIT
/// \file
/// Pixel shuffle and its inverse.
#pragma once

#include "ctnn/core/refusal.hpp"
#include "ctnn/kernels/pixel_shuffle.hpp"

namespace ctnn {

/// Makes positions of channels: each pixel becomes Factor pixels along every axis, which share its channels among them.
///
///     takes    a sequence, an image or a volume with channels that Factor^axes divides
///     gives    positions times Factor, channels / Factor^axes
///     learns   nothing
///     costs    one pass
///     refuses  a vector; a factor below 1; other channels
///
/// Channel c * Factor^2 + i * Factor + j of an image is channel c of the pixel at row i, column j of the block, as in
/// PyTorch; TensorFlow's depth_to_space orders channels otherwise.
///
///     using upscale = ctnn::chain<ctnn::conv<4 * 16, 3, ctnn::same>, ctnn::pixel_shuffle<2>>;
///
/// Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural
/// network", 2016; https://pytorch.org/docs/stable/generated/torch.nn.PixelShuffle.html
template <extent Factor>
struct pixel_shuffle {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        if (in.rank < 2) return refusal::needs_positions;
        if (Factor < 1) return refusal::number_out_of_range;
        operation row = make_operation(kind::custom, "pixel_shuffle", in, in);
        for (extent a = in.first_axis(); a < 3; ++a) {
            if (row.out.axis[3] % Factor != 0) return refusal::factor_does_not_divide;
            row.out.axis[3] /= Factor;
            row.out.axis[a] *= Factor;
        }
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::shuffle_pixels(call.x, call.y, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr) kernels::unshuffle_pixels(call.dy, call.dx, call.threads);
    }
};

/// Makes channels of positions, the inverse of pixel_shuffle: nothing is lost where pixels become fewer.
///
///     takes    a sequence, an image or a volume whose extents Factor divides
///     gives    positions / Factor, channels times Factor^axes
///     learns   nothing
///     costs    one pass
///     refuses  a vector; a factor below 1; other extents
///
///     using halved = ctnn::network<ctnn::shape<32, 32, 8>, ctnn::pixel_unshuffle<2>, ctnn::conv<32, 1>>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.PixelUnshuffle.html
template <extent Factor>
struct pixel_unshuffle {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        if (in.rank < 2) return refusal::needs_positions;
        if (Factor < 1) return refusal::number_out_of_range;
        operation row = make_operation(kind::custom, "pixel_unshuffle", in, in);
        for (extent a = in.first_axis(); a < 3; ++a) {
            if (in.axis[a] % Factor != 0) return refusal::factor_does_not_divide;
            row.out.axis[a] /= Factor;
            row.out.axis[3] *= Factor;
            row.window.kernel[a] = row.window.stride[a] = Factor;
        }
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::unshuffle_pixels(call.x, call.y, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr) kernels::shuffle_pixels(call.dy, call.dx, call.threads);
    }
};

}  // namespace ctnn
