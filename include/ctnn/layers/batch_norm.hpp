// SPDX-License-Identifier: MIT
/// \file
/// Batch normalization.
#pragma once

#include "ctnn/core/options.hpp"
#include "ctnn/kernels/batch_norm_gradient.hpp"

namespace ctnn {

/// Normalizes every channel: y = (x - mean) / sqrt(variance + epsilon) weight + bias.
///
///     takes    a vector, a sequence, an image or a volume
///     gives    the same shape
///     learns   weight (channels), begins at 1; bias (channels), begins at 0
///     keeps    running_mean, running_var (channels)
///     options  epsilon (1e-5), momentum (0.1, the weight of the newest batch: Keras' is 1 minus it)
///     costs    in training two passes over x forwards and two backwards; nothing in an engine behind a convolution or
///              dense layer, whose weights take it up
///     refuses  an epsilon that is not positive, a momentum outside [0, 1]
///
/// Training uses the mean and the biased variance of the batch over samples and positions, and moves the running ones
/// towards the mean and the unbiased variance. An engine uses the running ones, folded into the convolution before it
/// where there is one; so does a norm that fit() has frozen, as Keras' does.
///
///     using block = ctnn::chain<ctnn::conv<32, 3, ctnn::same, ctnn::no_bias>, ctnn::batch_norm<>, ctnn::relu>;
///
/// Ioffe and Szegedy, 2015; https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html
template <auto... Options>
struct batch_norm {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        constexpr layer_options o = read_options<Options...>();
        if (o.repeated || (o.given & ~(option::epsilon | option::momentum)) != 0) return refusal::option_not_taken;
        if (!(o.epsilon > 0) || !(o.momentum >= 0 && o.momentum <= 1)) return refusal::number_out_of_range;
        const extent channels = in.channels();
        const auto tensor = [&](const char* name, initializer start) {
            return parameter{.name = name, .axis = {channels, 1, 1, 1, 1}, .rank = 1, .start = start};
        };
        operation row{.what = kind::batch_norm, .layer = "batch_norm", .in = in, .out = in};
        row.parameters[0] = tensor("weight", initializer::ones);
        row.parameters[1] = tensor("bias", initializer::zeros);
        row.state[0] = tensor("running_mean", initializer::zeros);
        row.state[1] = tensor("running_var", initializer::ones);
        row.alpha = o.momentum;
        row.epsilon = o.epsilon;
        row.in_place = row.backward_in_place = row.backward_reads_input = true;
        row.saved = 2 * channels;
        row.scratch = kernels::batch_norm_scratch(channels);
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        const extent channels = call.op.in.channels();
        const T *weight = call.parameters, *bias = weight + channels;
        const T *mean = call.state, *variance = mean + channels, *inverse = nullptr;
        if (call.training) {
            kernels::batch_norm_statistics(call.x, call.op.epsilon, call.op.alpha, call.state, call.saved, call.scratch,
                                           call.threads);
            mean = call.saved;
            inverse = mean + channels;
        } else if (call.saved != nullptr) {
            kernels::batch_norm_constants(mean, variance, channels, call.op.epsilon, call.saved);
        }
        kernels::batch_norm_normalize(call.x, call.y, weight, bias, mean, variance, inverse, call.op.epsilon,
                                      call.scratch, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        kernels::batch_norm_backward(call.x, call.dy, call.dx, call.parameters, call.saved, call.gradients,
                                     call.training, call.scratch, call.threads);
    }
};

}  // namespace ctnn
