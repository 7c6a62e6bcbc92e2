// SPDX-License-Identifier: MIT
/// \file
/// Softmax over channels.
#pragma once

#include "ctnn/kernels/softmax.hpp"

namespace ctnn {

/// Turns the channels of every position into probabilities that add up to 1: e^x / sum of e^x, finite for any finite x.
///
///     takes    a vector, a sequence, an image or a volume
///     gives    the same shape
///     learns   nothing
///     costs    an exponential a number, in place; nothing in training where the loss takes it over
///     refuses  a single channel, whose probability would always be 1
///
///     using head = ctnn::network<ctnn::shape<512>, ctnn::dense<3>, ctnn::softmax>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.Softmax.html
struct softmax {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        if (in.channels() < 2) return refusal::needs_channels;
        operation row{.what = kind::softmax, .layer = "softmax", .in = in, .out = in};
        // In place though a pixel's channels depend on each other: the kernels read a pixel before they overwrite it.
        row.in_place = row.backward_in_place = row.backward_reads_output = true;
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::softmax_forward(call.x, call.y, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr) kernels::softmax_backward(call.y, call.dy, call.dx, call.threads);
    }
};

}  // namespace ctnn
