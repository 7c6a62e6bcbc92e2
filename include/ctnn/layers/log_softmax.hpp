// SPDX-License-Identifier: MIT
/// \file
/// The logarithm of softmax over channels.
#pragma once

#include "ctnn/core/refusal.hpp"
#include "ctnn/kernels/log_softmax.hpp"

namespace ctnn {

/// The logarithms of the probabilities that softmax gives: x - ln(sum of e^x) over the channels of every position,
/// finite for any finite x.
///
///     takes    a vector, a sequence, an image or a volume
///     gives    the same shape
///     learns   nothing
///     costs    an exponential a number, in place
///     refuses  a single channel, whose probability would always be 1
///
/// negative_log_likelihood reads its output. cross_entropy wants softmax instead, and cross_entropy_with_logits takes
/// these numbers as logits, which gives the same loss.
///
///     using scores = ctnn::network<ctnn::shape<512>, ctnn::dense<3>, ctnn::log_softmax>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.LogSoftmax.html
struct log_softmax {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        if (in.channels() < 2) return refusal::needs_channels;
        operation row = make_operation(kind::custom, "log_softmax", in, in);
        // In place though a pixel's channels depend on each other: the kernels read a pixel before they overwrite it.
        row.in_place = row.backward_in_place = row.backward_reads_output = row.positionwise = true;
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::log_softmax_forward(call.x, call.y, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr) kernels::log_softmax_backward(call.y, call.dy, call.dx, call.threads);
    }
};

}  // namespace ctnn
