// SPDX-License-Identifier: MIT
/// \file
/// A model on a whole data set: its mean loss, its probabilities, and what they are worth.
#pragma once

#include <cmath>
#include <vector>

#include "ctnn/data/dataset.hpp"
#include "ctnn/train/loss/joint.hpp"
#include "ctnn/train/metric/accuracy.hpp"
#include "ctnn/train/metric/predicted_class.hpp"
#include "ctnn/train/metric/roc_auc.hpp"
#include "ctnn/train/pass.hpp"

namespace ctnn {

/// What evaluate() found.
template <class T>
struct evaluation {
    double loss = 0;               ///< mean, as the loss defines it
    double accuracy = -1;          ///< share of right labels; -1 without labels, and of several heads
    double auc = -1;               ///< as roc_auc; -1 unless a sample has one label, an index of a channel
    std::vector<T> probabilities;  ///< [sample][position][channel]: outputs after the head that the loss stands for;
                                   ///< scores and embeddings as they are
};

namespace detail {

/// Does a label say which output it is, so that there is an accuracy?
template <class Loss>
[[nodiscard]] constexpr bool counts_right(dims out) {
    return Loss::head != loss_head::embedding && Loss::head != loss_head::several &&
           Loss::labels_per_sample(out) == out.positions();
}
/// Does a label index the channels, so that their scores can be ranked?
template <class Loss>
inline constexpr bool ranks_channels = !requires(const double* scores) {
    Loss::predicted(scores, extent{}, 0.5);
};

/// The label that a position's outputs stand for.
template <class Loss, class T>
[[nodiscard]] extent predicted_of(const T* outputs, extent channels, double threshold) {
    if constexpr (ranks_channels<Loss>)
        return predicted_class(outputs, channels, threshold);
    else
        return Loss::predicted(outputs, channels, threshold);
}

/// The network's outputs from what a loss reads. Stable softmax and sigmoid, computed in double.
template <class T>
void to_probabilities(loss_head head, const T* outputs, T* to, extent positions, extent channels) {
    const bool softmax = head == loss_head::softmax || head == loss_head::softmax_logits;
    const bool sigmoid = head == loss_head::sigmoid || head == loss_head::sigmoid_logits;
    for (extent p = 0; p < positions; ++p, outputs += channels, to += channels) {
        double largest = static_cast<double>(outputs[0]), total = 0;
        if (softmax) {
            for (extent c = 1; c < channels; ++c) largest = std::max(largest, static_cast<double>(outputs[c]));
            for (extent c = 0; c < channels; ++c) total += std::exp(static_cast<double>(outputs[c]) - largest);
        }
        for (extent c = 0; c < channels; ++c) {
            const double z = static_cast<double>(outputs[c]);
            to[c] = softmax                          ? static_cast<T>(std::exp(z - largest) / total)
                    : sigmoid                        ? static_cast<T>(1 / (1 + std::exp(-z)))
                    : head == loss_head::log_softmax ? static_cast<T>(std::exp(z))
                                                     : outputs[c];
        }
    }
}

/// The same of each head, where the loss has a part for each.
template <class Loss, class T>
void heads_to_probabilities(const T* outputs, T* to, extent samples, dims out) {
    if constexpr (Loss::head == loss_head::several) {
        for (extent at = 0; at < samples * out.size(); at += out.channels())
            for (int i = 0; i < Loss::count; ++i) {
                const head_slice s = Loss::slice(i);
                to_probabilities(Loss::wants[i], outputs + at + s.channel, to + at + s.channel, s.seen.positions(),
                                 s.seen.channels());
            }
    } else {
        to_probabilities(Loss::head, outputs, to, samples * out.positions(), out.channels());
    }
}

/// Runs a pass over a data set in slices of its batch. Allocates nothing when `found` has its size already.
template <class Pass, class Model, class Data, class Loss>
[[gnu::cold]] void evaluate_into(Pass& pass, const Model& m, const Data& data, const Loss& loss,
                                 evaluation<typename Pass::scalar>& found) {
    using T = typename Pass::scalar;
    constexpr dims out = Pass::output_dims;
    const extent n = data.size(), batch = pass.max_batch() - pass.max_batch() % samples_together_of<Loss>();
    found.probabilities.resize(static_cast<std::size_t>(n * out.size()));
    const target<T> all{data.labels.empty() ? nullptr : data.labels.data(),
                        data.values.empty() ? nullptr : data.values.data()};
    double sum = 0, normalizer = 0;
    for (extent from = 0; from < n; from += batch) {
        const extent samples = n - from < batch ? n - from : batch;
        const auto outputs = pass.evaluate(m, data.input_of(from), samples);
        const target<T> expected = from_sample<Loss>(all, from, out);
        sum += loss_value(loss, outputs.data(), expected, static_cast<T*>(nullptr), samples, out, 1.0);
        normalizer += loss.normalizer(expected, samples, out);
        heads_to_probabilities<Loss>(outputs.data(), found.probabilities.data() + from * out.size(), samples, out);
    }
    found.loss = mean_of(sum, normalizer);
    if (data.labels.empty() || !counts_right<Loss>(out)) return;
    constexpr double threshold = Loss::head == loss_head::scores ? 0.0 : 0.5;
    const extent positions = n * out.positions(), channels = out.channels();
    extent right = 0, counted = 0;
    for (extent p = 0; p < positions; ++p) {
        const std::int32_t label = data.labels[static_cast<std::size_t>(p)];
        if (label < 0) continue;
        ++counted;
        right += predicted_of<Loss>(found.probabilities.data() + p * channels, channels, threshold) == label;
    }
    found.accuracy = counted == 0 ? 0 : static_cast<double>(right) / static_cast<double>(counted);
    if (ranks_channels<Loss> && out.positions() == 1)
        found.auc = roc_auc(found.probabilities.data(), channels, data.labels.data(), n);
}

}  // namespace detail

/// Evaluates a model: running statistics instead of a batch's, no dropout.
/// \pre the data set fits the loss (loss.check)
template <class Net, class T, class Data, loss_function Loss>
[[nodiscard]] evaluation<T> evaluate(const model<Net, T>& m, const Data& data, const Loss& loss, extent batch = 32) {
    static_assert(std::is_same_v<typename Data::input, typename Net::input>,
                  "ctnn: evaluate needs a data set of the network's input shape; "
                  "load or resize the data to net::input");
    constexpr extent together = samples_together_of<Loss>();
    training_pass<Net, Loss, T> pass{{.max_batch = batch < together ? together : batch}};
    evaluation<T> found;
    detail::evaluate_into(pass, m, data, loss, found);
    return found;
}

}  // namespace ctnn
