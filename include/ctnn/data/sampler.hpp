// SPDX-License-Identifier: MIT
/// \file
/// Which samples an epoch visits, where it is not each of them once.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/core/order.hpp"
#include "ctnn/core/random.hpp"
#include "ctnn/core/text.hpp"

namespace ctnn {

/// Draws the samples that fit() visits in an epoch, in their order. Derive from it for one of your own.
class epoch_sampler {
public:
    /// error{} when it can draw from a data set of so many samples; asked before training.
    [[nodiscard]] virtual error check(extent samples) const = 0;
    /// Writes the samples of an epoch, equally many in each: a function of the seed and the epoch alone.
    virtual void draw(std::vector<extent>& order, seed start, std::uint64_t epoch) const = 0;

protected:
    ~epoch_sampler() = default;
};

namespace detail {

/// The stream of an epoch's draws, or of one class in it: away from those of parameters, shuffling and splitting.
[[nodiscard]] inline random_stream sampling_stream(seed start, std::uint64_t epoch, std::uint64_t part) {
    return {start, (std::uint64_t{6} << 61) + (epoch << 20) + part};
}

/// The places of each class; negative labels stand in none.
[[nodiscard, gnu::cold]] inline std::vector<std::vector<extent>> members_of_classes(
    const std::vector<std::int32_t>& labels) {
    std::vector<std::vector<extent>> members;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] < 0) continue;
        const std::size_t label = static_cast<std::size_t>(labels[i]);
        if (label >= members.size()) members.resize(label + 1);
        members[label].push_back(static_cast<extent>(i));
    }
    return members;
}

/// The size of the smallest class that occurs, or of the largest; 0 without classes.
[[nodiscard, gnu::cold]] inline extent size_of_class(const std::vector<std::vector<extent>>& members, bool largest) {
    extent found = 0;
    for (const std::vector<extent>& one : members) {
        const extent size = static_cast<extent>(one.size());
        if (size > 0 && (found == 0 || (largest ? size > found : size < found))) found = size;
    }
    return found;
}

/// Fisher and Yates, as far as the first `count` places are concerned.
inline void shuffle_first(std::vector<extent>& places, extent count, random_stream& random) {
    const extent size = static_cast<extent>(places.size());
    for (extent i = 0; i < count; ++i)
        std::swap(places[static_cast<std::size_t>(i)],
                  places[static_cast<std::size_t>(i + random.next_below(size - i))]);
}

}  // namespace detail

/// Draws each sample with a probability in proportion to its weight.
///
///     weights      one a sample, at least 0; a sample of weight 0 is never drawn
///     draws        samples an epoch; 0: as many as there are weights
///     replacement  a sample may come more than once. Without, one after the other is drawn from those that are left,
///                  so that with as many draws as samples the weights decide nothing but the order
///     refuses      weights that are negative, not finite or all 0, another number of them than of samples, more draws
///                  without replacement than weights above 0
///
/// Draw i with replacement is the sample in whose part of the sum of all weights the i-th random number falls. Without,
/// samples come in the order of -ln(1 - u) / weight: Efraimidis and Spirakis, "Weighted random sampling with a
/// reservoir", 2006. As PyTorch's WeightedRandomSampler, with other random numbers:
/// https://pytorch.org/docs/stable/data.html#torch.utils.data.WeightedRandomSampler
///
///     const ctnn::weighted_sampler sampler(weights);
///     ctnn::fit(model, train, loss, ctnn::adam{}, {.epochs = 10, .sampler = &sampler});
class weighted_sampler final : public epoch_sampler {
public:
    explicit weighted_sampler(std::vector<double> weights, extent draws = 0, bool replacement = true)
        : weights_(std::move(weights)),
          draws_(draws == 0 ? static_cast<extent>(weights_.size()) : draws),
          replacement_(replacement) {}

    [[nodiscard, gnu::cold]] error check(extent samples) const override {
        constexpr error_kind invalid = error_kind::invalid_argument;
        if (static_cast<extent>(weights_.size()) != samples)
            return {invalid,
                    detail::text_of({"weighted_sampler: ", weights_.size(), " weights for ", samples, " samples"})};
        extent possible = 0;
        for (std::size_t i = 0; i < weights_.size(); ++i) {
            if (!std::isfinite(weights_[i]) || weights_[i] < 0)
                return {invalid, detail::text_of({"weighted_sampler: weight ", i, " is ", weights_[i],
                                                  ", expected a finite number of at least 0"})};
            possible += weights_[i] > 0;
        }
        if (possible == 0) return {invalid, "weighted_sampler: no weight is above 0"};
        if (draws_ < 1 || (!replacement_ && draws_ > possible))
            return {invalid, detail::text_of({"weighted_sampler: ", draws_, " draws of ", possible,
                                              " samples with a weight above 0"})};
        return {};
    }

    /// \pre check() found nothing
    [[gnu::cold]] void draw(std::vector<extent>& order, seed start, std::uint64_t epoch) const override {
        const random_stream random = detail::sampling_stream(start, epoch, 0);
        // Number i of [0, 1), with all bits of a double: among millions of samples 24 would leave some out.
        const auto uniform = [&](extent i) {
            const std::uint64_t at = 2 * static_cast<std::uint64_t>(i);
            return random.bits(at) * 0x1p-32 + (random.bits(at + 1) >> 11) * 0x1p-53;
        };
        if (!replacement_) {
            std::vector<double> waits(weights_.size());
            for (std::size_t i = 0; i < waits.size(); ++i) {
                const double wait = -std::log1p(-uniform(static_cast<extent>(i)));
                waits[i] = weights_[i] > 0 ? wait / weights_[i] : HUGE_VAL;
            }
            order = detail::sorted_places(waits, [](double a, double b) { return a < b; });
            order.resize(static_cast<std::size_t>(draws_));
            return;
        }
        std::vector<double> ends;
        std::size_t last = 0;
        double sum = 0;
        for (std::size_t i = 0; i < weights_.size(); ++i) {
            ends.push_back(sum += weights_[i]);
            if (weights_[i] > 0) last = i;
        }
        order.clear();
        for (extent i = 0; i < draws_; ++i) {
            const auto place = std::upper_bound(ends.begin(), ends.end(), uniform(i) * sum) - ends.begin();
            order.push_back(std::min<extent>(place, static_cast<extent>(last)));  // rounding may reach the end
        }
    }

private:
    std::vector<double> weights_;
    extent draws_;
    bool replacement_;
};

/// Draws equally many samples of each class, in an order that mixes the classes.
///
///     labels       one a sample; those below 0 are never drawn, nor is a class that does not occur
///     each         samples of a class an epoch; 0: as many as the largest class has with replacement, as the smallest
///                  one without, which is undersampling with other samples in every epoch
///     refuses      another number of labels than of samples, labels without a class, more of a class without
///                  replacement than it has
///
///     const ctnn::balanced_sampler sampler(train.labels);
///     ctnn::fit(model, train, loss, ctnn::adam{}, {.epochs = 10, .sampler = &sampler});
class balanced_sampler final : public epoch_sampler {
public:
    explicit balanced_sampler(const std::vector<std::int32_t>& labels, extent each = 0, bool replacement = true)
        : members_(detail::members_of_classes(labels)),
          samples_(static_cast<extent>(labels.size())),
          each_(each == 0 ? detail::size_of_class(members_, replacement) : each),
          replacement_(replacement) {}

    [[nodiscard, gnu::cold]] error check(extent samples) const override {
        constexpr error_kind invalid = error_kind::invalid_argument;
        if (samples_ != samples)
            return {invalid, detail::text_of({"balanced_sampler: ", samples_, " labels for ", samples, " samples"})};
        const extent smallest = detail::size_of_class(members_, false);
        if (smallest == 0) return {invalid, "balanced_sampler: no label is a class"};
        if (each_ < 1 || (!replacement_ && each_ > smallest))
            return {invalid,
                    detail::text_of({"balanced_sampler: ", each_, " of each class, the smallest one has ", smallest})};
        return {};
    }

    /// \pre check() found nothing
    [[gnu::cold]] void draw(std::vector<extent>& order, seed start, std::uint64_t epoch) const override {
        order.clear();
        for (std::size_t c = 0; c < members_.size(); ++c) {
            std::vector<extent> places = members_[c];
            if (places.empty()) continue;
            random_stream random = detail::sampling_stream(start, epoch, c + 1);
            if (!replacement_) detail::shuffle_first(places, each_, random);
            for (extent i = 0; i < each_; ++i) {
                const extent at = replacement_ ? random.next_below(static_cast<extent>(places.size())) : i;
                order.push_back(places[static_cast<std::size_t>(at)]);
            }
        }
        random_stream random = detail::sampling_stream(start, epoch, 0);
        detail::shuffle_first(order, static_cast<extent>(order.size()), random);
    }

private:
    std::vector<std::vector<extent>> members_;
    extent samples_, each_;
    bool replacement_;
};

}  // namespace ctnn
