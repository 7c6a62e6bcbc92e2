// SPDX-License-Identifier: MIT
/// \file
/// The weighted sum of losses of a network with several heads.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "ctnn/core/config.hpp"
#include "ctnn/train/head.hpp"
#include "ctnn/train/loss/check.hpp"
#include "ctnn/train/loss/loss.hpp"

namespace ctnn {

namespace detail {

/// Where the outputs and labels of a head lie in those of all.
struct head_slice {
    dims seen{};             ///< by the loss in one call: a position's channels, or the whole head
    extent channel = 0;      ///< the first of its outputs in a position's
    extent labels = 0;       ///< the first of its labels in a sample's
    extent labels_each = 0;  ///< labels of one call
};

template <std::size_t I, class Loss>
struct loss_part {
    Loss loss;
};
template <class Indices, class... Losses>
struct loss_parts;
template <std::size_t... I, class... Losses>
struct loss_parts<std::index_sequence<I...>, Losses...> : loss_part<I, Losses>... {
    explicit constexpr loss_parts(const Losses&... losses) : loss_part<I, Losses>{losses}... {}
    /// Calls body(head, loss) for each.
    template <class Body>
    constexpr void each(const Body& body) const {
        (body(static_cast<int>(I), static_cast<const loss_part<I, Losses>&>(*this).loss), ...);
    }
};

}  // namespace detail

inline namespace CTNN_BACKEND {

template <class Output, class Heads, class... Losses>
struct joint_loss;

/// The sum of weights[i] times the mean of loss i, each of which sees one head's outputs and its part of the target
/// alone. Heads are the branches of the concatenation that a network ends with, in their order; joint<net>() makes
/// one.
///
///     head       each loss's own, which it takes over where it reads logits: finite at logits of 1e4
///     target     labels [sample][head][label] of the losses that read labels, values [sample][...output] for the
///                others, or for all where there are no labels
///     refuses    what a loss refuses, a weight that is negative or not finite
///     mean       the sum of the parts' means over the batch. Of a batch that is evaluated in slices it is the mean of
///                theirs, which differs where labels are ignored or weighted
///
/// A head behind a flatten is seen with the shape that was flattened, so that a mask and a diagnosis end in one vector.
template <class Output, class... Heads, class... Losses>
struct joint_loss<Output, types<Heads...>, Losses...>
    : private detail::loss_parts<std::index_sequence_for<Losses...>, Losses...> {
    static constexpr loss_head head = loss_head::several;
    static constexpr int count = sizeof...(Losses);
    static constexpr dims heads[sizeof...(Losses)]{dims_of<Heads>...};
    static constexpr loss_head wants[sizeof...(Losses)]{Losses::head...};
    /// The heads that their losses take over, bit i for head i.
    static constexpr unsigned skipped = [] {
        unsigned bits = 0;
        for (int i = 0; i < count; ++i) bits |= skips_head(wants[i]) ? 1U << i : 0U;
        return bits;
    }();

    double weights[sizeof...(Losses)];

    explicit constexpr joint_loss(const Losses&... losses)
        : detail::loss_parts<std::index_sequence_for<Losses...>, Losses...>(losses...), weights{} {
        for (double& weight : weights) weight = 1;
    }

    [[nodiscard]] static constexpr extent labels_per_sample(dims) { return slice(count).labels; }
    /// Of head i; of head `count` where the last one ends.
    [[nodiscard]] static constexpr detail::head_slice slice(int i) {
        detail::head_slice s;
        for (int k = 0; k < i; ++k) {
            s.channel += heads[k].size() / calls;
            s.labels += labels[k];
        }
        if (i == count) return s;
        s.seen = calls == 1 ? heads[i] : make_dims(heads[i].channels());
        s.labels_each = labels[i] / calls;
        return s;
    }

    /// The outputs of head i alone, [sample][...head], of those of all: evaluation::probabilities for instance.
    template <class T>
    [[nodiscard, gnu::cold]] static std::vector<T> outputs_of(int i, const std::vector<T>& all) {
        return gathered(all.data(), static_cast<extent>(all.size()) / out.channels(), out.channels(), slice(i).channel,
                        heads[i].size() / calls);
    }
    /// The labels of head i alone.
    [[nodiscard, gnu::cold]] static std::vector<std::int32_t> labels_of(int i, const std::vector<std::int32_t>& all) {
        const extent each = slice(count).labels;
        return gathered(all.data(), each == 0 ? 0 : static_cast<extent>(all.size()) / each, each, slice(i).labels,
                        labels[i]);
    }

    template <class T>
    [[nodiscard, gnu::cold]] error check(target<T> expected, extent samples, dims) const {
        error failed;
        this->each([&](int i, const auto& loss) {
            if (failed) return;
            failed = detail::check_weight("joint", "weight", weights[i], i);
            if (failed) return;
            const bool labelled = reads_labels(i, expected);
            std::vector<std::int32_t> own_labels;
            std::vector<T> own_values;
            if (labelled)
                own_labels = gathered(expected.labels, samples, slice(count).labels, slice(i).labels, labels[i]);
            else if (expected.values != nullptr)
                own_values = gathered(expected.values, samples * calls, out.channels(), slice(i).channel,
                                      heads[i].size() / calls);
            const target<T> own{labelled ? own_labels.data() : nullptr,
                                own_values.empty() ? nullptr : own_values.data()};
            if (const error found = loss.check(own, samples, heads[i]))
                failed = {found.kind(), detail::text_of({"joint: head ", i, ": ", found.message()})};
        });
        return failed;
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T>, extent samples, dims) const {
        return static_cast<double>(samples);
    }

    template <class T>
    [[nodiscard]] double value(const T* output, target<T> expected, T* gradient, extent samples, dims,
                               double normalizer) const {
        double sum = 0;
        this->each([&](int i, const auto& loss) {
            const detail::head_slice s = slice(i);
            const bool labelled = reads_labels(i, expected);
            double part = 0, of = 0;
            for (extent call = 0; call < samples * calls; ++call)
                of += loss.normalizer(target_of(s, labelled, expected, call), 1, s.seen);
            // d(sum / normalizer) = samples weight / (of normalizer) d(part)
            const double divisor = weights[i] > 0 ? of * (normalizer / static_cast<double>(samples)) / weights[i] : 0;
            for (extent sample = 0; sample < samples; ++sample) {
                double sample_part = 0;
                for (extent call = sample * calls; call < (sample + 1) * calls; ++call) {
                    const extent at = call * out.channels() + s.channel;
                    sample_part += loss_value(loss, output + at, target_of(s, labelled, expected, call),
                                              gradient == nullptr ? nullptr : gradient + at, 1, s.seen, divisor);
                }
                part += sample_part;
            }
            sum += weights[i] * mean_of(part, of);
        });
        return sum * static_cast<double>(samples);
    }

private:
    static constexpr dims out = dims_of<Output>;
    static constexpr extent calls = out.positions();  // a sample: the heads of one position lie side by side
    static constexpr extent labels[sizeof...(Losses)]{Losses::labels_per_sample(dims_of<Heads>)...};

    template <class T>
    [[nodiscard]] static bool reads_labels(int i, target<T> expected) {
        return expected.labels != nullptr && labels[i] > 0;
    }
    template <class T>
    [[nodiscard]] static target<T> target_of(const detail::head_slice& s, bool labelled, target<T> all, extent call) {
        target<T> part;
        if (labelled)
            part.labels = all.labels + call / calls * slice(count).labels + s.labels + call % calls * s.labels_each;
        else if (all.values != nullptr)
            part.values = all.values + call * out.channels() + s.channel;
        return part;
    }
    /// `width` numbers from `first` on of each of `rows` rows of `step`.
    template <class T>
    [[nodiscard]] static std::vector<T> gathered(const T* all, extent rows, extent step, extent first, extent width) {
        std::vector<T> part;
        part.reserve(static_cast<std::size_t>(rows * width));
        for (extent r = 0; r < rows; ++r)
            part.insert(part.end(), all + r * step + first, all + r * step + first + width);
        return part;
    }
};

}  // namespace CTNN_BACKEND

namespace detail {

template <class Net, int I>
struct head_shape {
    static constexpr dims value = head_at(Net::table, I).shape;
    using type = shape_of<value>;
};
template <class Net, class Indices>
struct collect_heads;
template <class Net, int... I>
struct collect_heads<Net, std::integer_sequence<int, I...>> {
    using type = types<typename head_shape<Net, I>::type...>;
};
template <class Net>
using heads_of = typename collect_heads<Net, std::make_integer_sequence<int, count_heads(Net::table)>>::type;

// Head and loss of each part are checked as those of a network with one head.
template <class Net, class Indices, class... Losses>
struct check_parts;
template <class Net, std::size_t... I, class... Losses>
struct check_parts<Net, std::index_sequence<I...>, Losses...> {
    static_assert(((sizeof(loss_refused<head_at(Net::table, static_cast<int>(I)).ends, Losses::head, Losses>) > 0) &&
                   ...));
};
template <class Net, class Output, class Heads, class... Losses>
struct check_head<Net, joint_loss<Output, Heads, Losses...>>
    : check_parts<Net, std::index_sequence_for<Losses...>, Losses...> {
    static_assert(std::is_same_v<Output, typename Net::output> && std::is_same_v<Heads, heads_of<Net>>,
                  "ctnn: this joint loss belongs to a network with other heads; make it with joint<net>(...)");
};

}  // namespace detail

/// The losses of a network's heads as one: the network ends with a concatenation, and the losses stand in the order of
/// its branches.
///
///     using net = ctnn::network<ctnn::shape<20>, ctnn::dense<16>, ctnn::relu,
///                               ctnn::concat<ctnn::chain<ctnn::dense<3>, ctnn::softmax>,
///                                            ctnn::chain<ctnn::dense<1>, ctnn::sigmoid>>>;
///     auto loss = ctnn::joint<net>(ctnn::cross_entropy{}, ctnn::binary_cross_entropy{});
///     loss.weights[1] = 0.5;
///
/// In Keras a model's loss and loss_weights: https://keras.io/api/models/model_training_apis/
template <class Net, loss_function... Losses>
[[nodiscard]] constexpr auto joint(const Losses&... losses) {
    constexpr bool each = sizeof...(Losses) == detail::count_heads(Net::table);
    constexpr bool alone = ((samples_together_of<Losses>() == 1) && ...);
    static_assert(each,
                  "ctnn: joint needs a loss for each head; the heads are the branches of the concat that the "
                  "network ends with");
    static_assert(alone,
                  "ctnn: joint takes losses of single samples; triplet_margin, cosine_embedding and nt_xent "
                  "compare several, train with them alone");
    if constexpr (each && alone) return joint_loss<typename Net::output, detail::heads_of<Net>, Losses...>(losses...);
}

}  // namespace ctnn
