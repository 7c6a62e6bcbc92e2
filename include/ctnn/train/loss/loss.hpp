// SPDX-License-Identifier: MIT
/// \file
/// The protocol of a loss: what it wants the network to end with, how it is checked, normalized and differentiated.
#pragma once

#include <concepts>

#include "ctnn/core/error.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/core/threads.hpp"
#include "ctnn/train/loss/target.hpp"

namespace ctnn {

/// What a loss wants the network to end with. A loss that wants softmax or sigmoid reads the values before that head.
enum class loss_head : unsigned char {
    any,             ///< whatever the network ends with; a head is differentiated like any layer
    softmax,         ///< the network ends with softmax, and the loss reads that head's input
    sigmoid,         ///< the network ends with sigmoid, and the loss reads that head's input
    softmax_logits,  ///< the network ends without a head; softmax makes probabilities of its output
    sigmoid_logits,  ///< the network ends without a head; sigmoid makes probabilities of its output
    log_softmax,     ///< the network ends with log_softmax, whose output the loss reads
    scores,          ///< the network ends without a head; its output is scores, which 0 or the largest decides
    embedding,       ///< the network ends without a head; its output is a place among others, and no class
    several          ///< the network ends with a concatenation of heads, one for each part of the loss
};

/// Is the input of the network's last layer, not its output, what the loss reads?
[[nodiscard]] constexpr bool skips_head(loss_head head) {
    return head == loss_head::softmax || head == loss_head::sigmoid;
}

namespace detail {
template <class Loss, class T>
concept loss_function_for = requires(const Loss& loss, const T* output, target<T> expected, T* gradient, extent samples,
                                     dims out, double normalizer) {
    { loss.check(expected, samples, out) } -> std::same_as<error>;
    { loss.normalizer(expected, samples, out) } -> std::same_as<double>;
    { loss.value(output, expected, gradient, samples, out, normalizer) } -> std::same_as<double>;
};
}  // namespace detail

/// What can be minimized. All arrays are contiguous, [sample][position][channel]; `out` is the shape of one sample.
///
///     Loss::head                  the loss_head
///     Loss::labels_per_sample     how many labels of the target belong to one sample (0: it reads no labels)
///     check                       error{} when the target and the loss's own members make sense for `out`, else
///                                 error_kind::invalid_argument or not_finite with the first bad sample's index; to be
///                                 called once for a data set, before training
///     normalizer                  what the sum of a batch's losses is divided by to give the mean; the normalizers of
///                                 slices add up to the batch's. 0: every position of the batch is ignored
///     value                       the sum of the losses. Where gradient is not null it writes every element of
///                                 d(sum / normalizer) / d(output); a normalizer of 0 gives zeros. The gradient may be
///                                 the output's own memory
///
/// A loss whose labels are no indices of channels has a member predicted(scores, columns, threshold), which says the
/// label that a position's outputs stand for; others are read by predicted_class().
///
/// A loss over samples that belong together has a constant samples_together, which is 1 where it is missing: samples
/// k i to k i + k - 1 are group i. fit() and evaluate() draw, shuffle and cut groups whole, and refuse data sets and
/// batches that are no multiples. A group that is cut off at the end is no part of the loss and has gradient 0.
///
/// value adds up one sample after the other, in double: calls for single samples, added in order, have the same bits as
/// one call for the batch, so that slices and threads change nothing. Losses over groups do so group by group, but for
/// nt_xent, which compares each sample with the whole batch.
template <class Loss>
concept loss_function = detail::loss_function_for<Loss, float> && detail::loss_function_for<Loss, double> &&
    requires(dims out) {
    { Loss::head } -> std::convertible_to<loss_head>;
    { Loss::labels_per_sample(out) } -> std::same_as<extent>;
};

/// How many samples of a batch in a row belong together.
template <class Loss>
[[nodiscard]] constexpr extent samples_together_of() {
    if constexpr (requires { Loss::samples_together; })
        return Loss::samples_together;
    else
        return 1;
}

/// Which heads of a network a loss takes over, bit i for head i: its constant `skipped`, or the one head of others.
template <class Loss>
[[nodiscard]] constexpr unsigned skipped_heads() {
    if constexpr (requires { Loss::skipped; })
        return Loss::skipped;
    else
        return skips_head(Loss::head) ? 1 : 0;
}

/// The mean from a sum and its normalizer; 0 for a batch in which everything is ignored (where PyTorch gives NaN).
[[nodiscard]] constexpr double mean_of(double sum, double normalizer) {
    return normalizer > 0 ? sum / normalizer : 0.0;
}

/// The loss's value(), compiled once for all callers: equal calls give equal bits, which two copies in one
/// program, each with its own contractions of products and sums, need not.
template <loss_function Loss, class T>
[[nodiscard, gnu::noinline]] double loss_value(const Loss& loss, const T* output, target<T> expected, T* gradient,
                                               extent samples, dims out, double normalizer) {
    return loss.value(output, expected, gradient, samples, out, normalizer);
}

/// The same by several threads, which share the samples: the bits are those of one call. Samples that belong
/// together stay on one thread, and so do few numbers.
template <loss_function Loss, class T>
[[nodiscard]] double shared_loss_value(const Loss& loss, const T* output, target<T> expected, T* gradient,
                                       extent samples, dims out, double normalizer, extent threads) {
    constexpr bool alone = samples_together_of<Loss>() == 1;
    if (!alone || samples < 2 || threads_for(samples * out.size(), threads) < 2)
        return loss_value(loss, output, expected, gradient, samples, out, normalizer);
    constexpr extent most = 64;
    double sum = 0;
    for (extent first = 0; first < samples; first += most) {
        double values[most];
        const extent count = samples - first < most ? samples - first : most;
        parallel_for(count, threads, [&](extent i) {
            const extent s = first + i, from = s * out.size();
            values[i] = loss_value(loss, output + from, from_sample<Loss>(expected, s, out),
                                   gradient == nullptr ? nullptr : gradient + from, 1, out, normalizer);
        });
        for (extent i = 0; i < count; ++i) sum += values[i];
    }
    return sum;
}

/// The mean loss of a whole batch, with its gradient where the pointer is not null.
template <loss_function Loss, class T>
[[nodiscard]] inline double mean_loss(const Loss& loss, const T* output, target<T> expected, T* gradient,
                                      extent samples, dims out, extent threads = 1) {
    const double normalizer = loss.normalizer(expected, samples, out);
    return mean_of(shared_loss_value(loss, output, expected, gradient, samples, out, normalizer, threads), normalizer);
}

}  // namespace ctnn
