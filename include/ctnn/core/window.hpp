// SPDX-License-Identifier: MIT
/// \file
/// The arithmetic of windows: from a layer's options and the incoming shape to padding and the outgoing shape.
#pragma once

#include "ctnn/core/operation.hpp"
#include "ctnn/core/options.hpp"

namespace ctnn {

/// A window placed on an input, or why it cannot be.
struct placed_window {
    ctnn::window window{};
    dims out{};  ///< with the input's channels
    refusal why = refusal::none;
};

namespace detail {
/// Spreads an option over the axes that the input has. \returns false when the numbers of axes differ.
constexpr bool spread(const axes& given, extent otherwise, const dims& in, extent (&to)[3]) {
    if (given.count != 0 && given.count != 1 && given.count != in.spatial_rank()) return false;
    for (extent a = in.first_axis(); a < 3; ++a)
        to[a] = given.count == 0 ? otherwise : given.value[given.count == 1 ? 0 : a - in.first_axis()];
    return true;
}
}  // namespace detail

/// Places a window: output = (input + before + after - (kernel - 1) * dilation - 1) / stride + 1, rounded down.
/// With `same` the output is ceil(input / stride) and an odd zero goes behind, as in TensorFlow; with `causal` all
/// zeros go in front of a sequence, so that no output sees a later input.
/// https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
/// \param kernel, stride what holds where the options say nothing; a stride of 0 means: as the kernel
[[nodiscard]] constexpr placed_window place_window(const layer_options& o, dims in, extent kernel, extent stride) {
    placed_window result{.out = in};
    window& w = result.window;
    if (in.rank < 2) return {.why = refusal::needs_positions};
    if (!detail::spread(o.kernel, kernel, in, w.kernel) || !detail::spread(o.stride, stride, in, w.stride) ||
        !detail::spread(o.dilation, 1, in, w.dilation) || !detail::spread(o.padding, 0, in, w.before))
        return {.why = refusal::axes_differ};
    for (extent a = in.first_axis(); a < 3; ++a) {
        if (w.stride[a] == 0 && o.stride.count == 0) w.stride[a] = w.kernel[a];
        if (w.kernel[a] < 1 || w.stride[a] < 1 || w.dilation[a] < 1) return {.why = refusal::number_out_of_range};
        const extent reach = (w.kernel[a] - 1) * w.dilation[a] + 1;
        if (w.before[a] < 0) return {.why = refusal::number_out_of_range};
        w.after[a] = w.before[a];
        if (o.same) {
            const extent needed = ((in.axis[a] - 1) / w.stride[a]) * w.stride[a] + reach - in.axis[a];
            w.before[a] = needed > 0 ? needed / 2 : 0;
            w.after[a] = needed > 0 ? needed - needed / 2 : 0;
        }
        if (o.causal) {
            if (in.rank != 2) return {.why = refusal::causal_needs_sequence};
            w.before[a] = reach - 1;
            w.after[a] = 0;
        }
        const extent padded = in.axis[a] + w.before[a] + w.after[a];
        if (padded < reach) return {.why = refusal::window_exceeds_input};
        result.out.axis[a] = (padded - reach) / w.stride[a] + 1;
    }
    return result;
}

/// Places the window of a transposed convolution. The window returned is that of the convolution whose input's gradient
/// it computes, from the output back to the input: output = (input - 1) * stride - before - after + (kernel - 1) *
/// dilation + output_padding + 1. With `same` the output is input * stride, and of what is cut off an odd position lies
/// behind (TensorFlow's conv2d_transpose).
[[nodiscard]] constexpr placed_window place_transposed_window(const layer_options& o, dims in, extent kernel) {
    placed_window result{.out = in};
    window& w = result.window;
    extent more[3]{};
    if (in.rank < 2) return {.why = refusal::needs_positions};
    if (!detail::spread(o.kernel, kernel, in, w.kernel) || !detail::spread(o.stride, 1, in, w.stride) ||
        !detail::spread(o.dilation, 1, in, w.dilation) || !detail::spread(o.padding, 0, in, w.before) ||
        !detail::spread(o.output_padding, 0, in, more))
        return {.why = refusal::axes_differ};
    for (extent a = in.first_axis(); a < 3; ++a) {
        if (w.kernel[a] < 1 || w.stride[a] < 1 || w.dilation[a] < 1 || w.before[a] < 0 || more[a] < 0)
            return {.why = refusal::number_out_of_range};
        if (more[a] > 0 && more[a] >= w.stride[a] && more[a] >= w.dilation[a])
            return {.why = refusal::output_padding_too_large};
        const extent reach = (w.kernel[a] - 1) * w.dilation[a] + 1;
        w.after[a] = w.before[a] > more[a] ? w.before[a] - more[a] : 0;
        extent size = (in.axis[a] - 1) * w.stride[a] + reach - 2 * w.before[a] + more[a];
        if (o.same) {
            const extent needless = reach > w.stride[a] ? reach - w.stride[a] : 0;
            w.before[a] = needless / 2;
            w.after[a] = needless - needless / 2;
            size = in.axis[a] * w.stride[a];
        }
        if (size < 1) return {.why = refusal::padding_exceeds_output};
        result.out.axis[a] = size;
    }
    return result;
}

/// Zeros in front of an axis and behind it.
struct border {
    extent before = 0, after = 0;
};

/// The zeros that the gradient of an output needs around it, so that the gradient of the input is a convolution of it:
/// input i sees outputs (i + before - k * dilation) / stride, for every tap k that divides.
[[nodiscard]] constexpr border gradient_border(const window& w, const dims& in, const dims& out, int axis) {
    const extent reach = (w.kernel[axis] - 1) * w.dilation[axis], stride = w.stride[axis];
    const extent first = reach - w.before[axis];  // how far input 0 looks in front of output 0, in input positions
    const extent last = in.axis[axis] - 1 + w.before[axis];
    border b;
    if (first > 0) b.before = first / stride;  // taps that do not divide reach nothing
    if (last / stride > out.axis[axis] - 1) b.after = last / stride - (out.axis[axis] - 1);
    return b;
}

/// The zeros that a convolution needs around its input, and those that the gradients of its input and weights need
/// around the gradient of its output. A transposed convolution is a convolution's input gradient: it exchanges them.
[[nodiscard]] constexpr border input_border(const operation& op, int axis) {
    if (op.transposed) return gradient_border(op.window, op.out, op.in, axis);
    return {op.window.before[axis], op.window.after[axis]};
}
[[nodiscard]] constexpr border output_gradient_border(const operation& op, int axis) {
    if (op.transposed) return {op.window.before[axis], op.window.after[axis]};
    return gradient_border(op.window, op.in, op.out, axis);
}

/// The taps of a window: how many input positions an output sees.
[[nodiscard]] constexpr extent tap_count(const window& w) { return w.kernel[0] * w.kernel[1] * w.kernel[2]; }

}  // namespace ctnn
