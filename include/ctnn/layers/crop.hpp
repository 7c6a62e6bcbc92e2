// SPDX-License-Identifier: MIT
/// \file
/// Cropping.
#pragma once

#include "ctnn/kernels/pad.hpp"
#include "ctnn/layers/border.hpp"

namespace ctnn {

/// Takes positions off the input: crop<1> one from both sides of every axis, crop<2, 1> those of an image's axes one by
/// one, crop<before<1>, after<0, 2>> each side by itself.
///
///     takes    a sequence, an image or a volume
///     gives    what is left of each axis, the same channels
///     learns   nothing
///     options  before, after (0 where only the other is given, or numbers by place for both)
///     costs    one pass over what is left
///     refuses  a vector; another number of widths than 1 or the input's axes; a negative width; widths that leave
///              nothing
///
///     using inner = ctnn::network<ctnn::shape<32, 32, 8>, ctnn::crop<2>, ctnn::crop<ctnn::before<0, 4>>>;
///
/// https://keras.io/api/layers/reshaping_layers/cropping2d/
template <auto... Options>
struct crop {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        constexpr position_options o = read_position_options<Options...>();
        if (!o.taken(position_option::before | position_option::after)) return refusal::option_not_taken;
        operation row = make_operation(kind::custom, "crop", in, in);
        if (const refusal why = detail::place_border(o, in, row.window); why != refusal::none) return why;
        for (int a = 0; a < 3; ++a) {
            row.out.axis[a] -= row.window.before[a] + row.window.after[a];
            if (row.out.axis[a] < 1) return refusal::border_exceeds_input;
        }
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::crop_forward(call.op.window.before, call.x, call.y, call.threads);
    }
    // Backwards zeros come around the gradient.
    template <class T>
    static void backward(const backward_call<T>& call) {
        const extent(&before)[3] = call.op.window.before;
        if (call.dx.data != nullptr)
            kernels::pad_forward({surrounding::constant, 0, {before[0], before[1], before[2]}}, call.dy, call.dx,
                                 call.threads);
    }
};

}  // namespace ctnn
