// SPDX-License-Identifier: MIT
/// \file
/// The rectifier whose slope is learned.
#pragma once

#include "ctnn/core/options.hpp"
#include "ctnn/kernels/prelu.hpp"

namespace ctnn {

/// x where it is positive, a learned slope times x elsewhere.
///
///     takes    a vector, a sequence, an image or a volume
///     gives    the same shape
///     learns   weight (1), or (channels) with per_channel; begins at 0.25
///     options  per_channel
///     costs    one pass, in place
///     refuses  any other option
///
///     using block = ctnn::chain<ctnn::conv<32, 3, ctnn::same>, ctnn::prelu<ctnn::per_channel>>;
///
/// It stays a row of its own in an engine, because its slopes are known to the model alone. He et al., "Delving deep
/// into rectifiers", 2015; https://pytorch.org/docs/stable/generated/torch.nn.PReLU.html
template <auto... Options>
struct prelu {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        constexpr layer_options o = read_options<Options...>();
        if (o.repeated || (o.given & ~option::per_channel) != 0) return refusal::option_not_taken;
        operation row = make_operation(kind::custom, "prelu", in, in);
        const extent slopes = o.per_channel ? in.channels() : 1;
        row.parameters[0] = {.name = "weight", .axis = {slopes, 1, 1, 1, 1}, .rank = 1, .start = initializer::quarter};
        row.in_place = row.backward_in_place = row.backward_reads_input = row.positionwise = true;
        row.scratch = kernels::prelu_scratch(in.channels());
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::prelu_forward(call.x, call.y, call.parameters, call.op.parameters[0].size(), call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        kernels::prelu_backward(call.x, call.dy, call.dx, call.parameters, call.op.parameters[0].size(), call.gradients,
                                call.scratch, call.threads);
    }
};

}  // namespace ctnn
