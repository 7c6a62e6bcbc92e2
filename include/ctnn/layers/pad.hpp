// SPDX-License-Identifier: MIT
/// \file
/// Padding.
#pragma once

#include "ctnn/kernels/pad.hpp"
#include "ctnn/layers/border.hpp"

namespace ctnn {

/// Puts positions around the input: pad<1> one on both sides of every axis, pad<2, 1> those of an image's axes one by
/// one, pad<before<1>, after<0, 2>> each side by itself.
///
///     takes    a sequence, an image or a volume
///     gives    before + positions + after of each axis, the same channels
///     learns   nothing
///     options  before, after (0 where only the other is given, or numbers by place for both); what stands there:
///              constant<Value> (0), reflect, edge or wrap
///     costs    one pass over the output; padding that is given to a convolution or pool costs none
///     refuses  a vector; another number of widths than 1 or the input's axes; a negative width; a border by reflect
///              that is not narrower than the input, or one by wrap that is wider
///
///     abcd with pad<2, reflect>: cbabcdcb, with edge: aaabcddd, with wrap: cdabcdab, with constant<0.5>: kkabcdkk
///
/// Zeros around a convolution or pool are their own option, padding or same, and cost nothing.
///
///     using scan = ctnn::network<ctnn::shape<28, 28, 8>, ctnn::pad<1, ctnn::reflect>, ctnn::conv<8>>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.functional.pad.html (edge: replicate, wrap: circular)
template <auto... Options>
struct pad {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        constexpr position_options o = read_position_options<Options...>();
        if (!o.taken(position_option::surrounding | position_option::before | position_option::after))
            return refusal::option_not_taken;
        operation row = make_operation(kind::custom, "pad", in, in);
        if (const refusal why = detail::place_border(o, in, row.window); why != refusal::none) return why;
        for (int a = 0; a < 3; ++a) {
            const extent before = row.window.before[a], after = row.window.after[a];
            const extent most = before > after ? before : after, n = in.axis[a];
            if ((o.outside == surrounding::reflect && most >= n) || (o.outside == surrounding::wrap && most > n))
                return refusal::border_exceeds_input;
            row.out.axis[a] += before + after;
        }
        row.alpha = o.value;
        row.beta = static_cast<double>(o.outside);  // what networks are told apart by
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::pad_forward(border_of(call.op), call.x, call.y, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr) kernels::pad_backward(border_of(call.op), call.dy, call.dx, call.threads);
    }

private:
    [[nodiscard]] static kernels::border_rule border_of(const operation& row) {
        constexpr surrounding outside = read_position_options<Options...>().outside;
        const extent(&before)[3] = row.window.before;
        return {outside, row.alpha, {before[0], before[1], before[2]}};
    }
};

}  // namespace ctnn
