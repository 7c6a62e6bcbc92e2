// SPDX-License-Identifier: MIT
/// \file
/// Local response normalization.
#pragma once

#include "ctnn/core/norm_options.hpp"
#include "ctnn/kernels/local_response_norm.hpp"

namespace ctnn {

/// Divides each channel by what its neighbors at the same position are: y = x / (additive + alpha mean of x^2)^beta,
/// the mean over Size channels around it, Size / 2 of them in front; zeros stand for those that do not exist.
///
///     takes    a vector, a sequence, an image or a volume
///     gives    the same shape
///     learns   nothing
///     options  alpha (1e-4), beta (0.75), additive (1; PyTorch's k, TensorFlow's bias)
///     refuses  a size below 1, a negative alpha or beta, an additive that is not positive
///     costs    Size additions an element; exponents other than 0.5, 0.75 and 1 are computed one element at a time
///
///     using block = ctnn::chain<ctnn::conv<96, 11, ctnn::stride<4>>, ctnn::relu, ctnn::local_response_norm<5>>;
///
/// Krizhevsky et al., "ImageNet classification with deep convolutional neural networks", 2012;
/// https://pytorch.org/docs/stable/generated/torch.nn.LocalResponseNorm.html
template <extent Size, auto... Options>
struct local_response_norm {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        constexpr layer_options o = read_options<Options...>();
        if (o.repeated || (o.given & ~(option::alpha | option::beta | option::additive)) != 0)
            return refusal::option_not_taken;
        if (Size < 1 || !(o.alpha >= 0 && o.alpha < 1e30) || !(o.beta >= 0 && o.beta < 1e30) ||
            !(o.additive > 0 && o.additive < 1e30))
            return refusal::number_out_of_range;
        operation row = make_operation(kind::custom, "local_response_norm", in, in);
        row.groups = Size;  // what networks are told apart by; a window would be one over positions
        row.alpha = o.alpha;
        row.beta = o.beta;
        row.epsilon = o.additive;
        row.in_place = row.backward_in_place = row.backward_reads_input = row.positionwise = true;
        row.scratch = kernels::local_response_scratch(in.channels(), Size);
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::local_response_forward(call.x, call.y, rule_of(call.op), call.scratch, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr)
            kernels::local_response_backward(call.x, call.dy, call.dx, rule_of(call.op), call.scratch, call.threads);
    }

private:
    [[nodiscard]] static constexpr kernels::response_rule rule_of(const operation& row) {
        return {row.groups, row.alpha, row.beta, row.epsilon};
    }
};

}  // namespace ctnn
