// SPDX-License-Identifier: MIT
/// \file
/// A loss whose samples do not all count the same.
#pragma once

#include <span>

#include "ctnn/train/loss/check.hpp"
#include "ctnn/train/loss/loss.hpp"

namespace ctnn {

/// The sum of weight * loss over the samples, with the gradient of its share of the normalizer as value() has it.
///
///     mean   sum of weight * loss / sum of weight * normalizer, as PyTorch has it for the class weights of
///            CrossEntropyLoss: a sample of weight 2 is two samples, and equal weights change nothing. (Keras divides
///            sample-weighted losses by the number of samples instead, so that the weights also scale the rate.)
///
/// \param weights  one a sample, or null: the loss as it is
template <loss_function Loss, class T>
[[nodiscard]] double weighted_loss_value(const Loss& loss, const T* output, target<T> expected, const double* weights,
                                         T* gradient, extent samples, dims out, double normalizer, extent threads = 1) {
    if (weights == nullptr)
        return shared_loss_value(loss, output, expected, gradient, samples, out, normalizer, threads);
    double sum = 0;
    for (extent s = 0; s < samples; ++s) {
        T* slope = gradient == nullptr ? nullptr : gradient + s * out.size();
        // An infinite divisor makes zeros of the gradient of a sample that does not count.
        sum += weights[s] * loss_value(loss, output + s * out.size(), from_sample<Loss>(expected, s, out), slope, 1,
                                       out, normalizer / weights[s]);
    }
    return sum;
}

/// What the weighted sum of a batch is divided by to give its mean.
template <loss_function Loss, class T>
[[nodiscard]] double weighted_normalizer(const Loss& loss, target<T> expected, const double* weights, extent samples,
                                         dims out) {
    if (weights == nullptr) return loss.normalizer(expected, samples, out);
    double sum = 0;
    for (extent s = 0; s < samples; ++s)
        sum += weights[s] * loss.normalizer(from_sample<Loss>(expected, s, out), 1, out);
    return sum;
}

namespace detail {

/// Refuses weights that are not one a sample, negative or not finite, and those of samples that are compared with each
/// other; no weights are fine.
[[nodiscard, gnu::cold, gnu::noinline]] inline error check_sample_weights(std::span<const double> weights,
                                                                          extent samples, extent together) {
    if (!weights.empty() && together > 1)
        return {error_kind::invalid_argument, "fit: sample_weights need a loss that reads samples one by one"};
    return check_weights("fit", "sample weight", weights, samples);
}

}  // namespace detail
}  // namespace ctnn
