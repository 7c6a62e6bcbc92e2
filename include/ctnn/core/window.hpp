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
            if (in.rank != 2) return {.why = refusal::needs_sequence};
            w.before[a] = reach - 1;
            w.after[a] = 0;
        }
        const extent padded = in.axis[a] + w.before[a] + w.after[a];
        if (padded < reach) return {.why = refusal::window_exceeds_input};
        result.out.axis[a] = (padded - reach) / w.stride[a] + 1;
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

/// The taps of a window: how many input positions an output sees.
[[nodiscard]] constexpr extent tap_count(const window& w) { return w.kernel[0] * w.kernel[1] * w.kernel[2]; }

}  // namespace ctnn
