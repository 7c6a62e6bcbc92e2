// SPDX-License-Identifier: MIT
/// \file
/// Several models as one: their scores averaged, or their votes counted.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/core/random.hpp"
#include "ctnn/train/evaluate.hpp"
#include "ctnn/train/metric/predicted_class.hpp"

namespace ctnn {

namespace detail {
template <class T>
[[nodiscard, gnu::cold]] error check_members(std::span<const std::vector<T>> scores) {
    if (scores.empty()) return {error_kind::invalid_argument, "ensemble: no member"};
    for (std::size_t k = 1; k < scores.size(); ++k)
        if (scores[k].size() != scores[0].size())
            return {error_kind::shape_mismatch, text_of({"ensemble: member ", k, " has ", scores[k].size(),
                                                         " scores, member 0 has ", scores[0].size()})};
    return {};
}
}  // namespace detail

/// The mean of the members' scores, element by element: soft voting.
/// \returns shape_mismatch for members with different numbers of scores, invalid_argument for none
///
///     std::vector<std::vector<float>> scores;
///     for (const auto& member : members) scores.push_back(ctnn::evaluate(member, test, loss).probabilities);
///     const auto together = ctnn::average_scores<float>(scores);
template <class T>
[[nodiscard, gnu::cold]] result<std::vector<T>> average_scores(std::span<const std::vector<T>> scores) {
    if (error failed = detail::check_members(scores)) return failed;
    std::vector<T> mean(scores[0].size());
    for (std::size_t i = 0; i < mean.size(); ++i) {
        double sum = 0;
        for (const std::vector<T>& member : scores) sum += static_cast<double>(member[i]);
        mean[i] = static_cast<T>(sum / static_cast<double>(scores.size()));
    }
    return mean;
}

/// For each position the share of the members that vote for each class: hard voting. A member votes for its largest
/// score, the first of equal ones; with a single channel for class 1 where its score is above `threshold`, and the
/// result is the share of these. The largest share is the ensemble's class, where votes are equal the first.
/// \returns what average_scores() returns, and shape_mismatch for scores that are no whole rows of `channels`
template <class T>
[[nodiscard, gnu::cold]] result<std::vector<T>> vote_shares(std::span<const std::vector<T>> scores, extent channels,
                                                            double threshold = 0.5) {
    if (error failed = detail::check_members(scores)) return failed;
    if (channels < 1 || std::ssize(scores[0]) % channels != 0)
        return error(error_kind::shape_mismatch,
                     detail::text_of({"ensemble: ", scores[0].size(), " scores are no whole rows of ", channels}));
    std::vector<T> shares(scores[0].size());
    const T vote = static_cast<T>(1.0 / static_cast<double>(scores.size()));
    for (extent first = 0; first < std::ssize(shares); first += channels) {
        std::vector<extent> votes(static_cast<std::size_t>(channels) + 1);
        for (const std::vector<T>& member : scores)
            ++votes[static_cast<std::size_t>(predicted_class(member.data() + first, channels, threshold))];
        for (extent c = 0; c < channels; ++c)
            shares[static_cast<std::size_t>(first + c)] =
                static_cast<T>(votes[static_cast<std::size_t>(channels == 1 ? 1 : c)]) * vote;
    }
    return shares;
}

/// The samples that a member of a bagged ensemble learns from, as many as there are, drawn with replacement, and those
/// that it never sees, about 37 %, by which it can be judged. Breiman, "Bagging predictors", 1996.
///
///     const auto bag = ctnn::bootstrap_sample(train.size(), ctnn::seed{1}, member);
///     ctnn::fit(models[member], ctnn::samples_at(train, bag.drawn), loss, ctnn::adam{});
struct bootstrap_samples {
    std::vector<extent> drawn, left_out;  ///< in increasing order
};
[[nodiscard, gnu::cold]] inline bootstrap_samples bootstrap_sample(extent samples, seed start, extent member) {
    constexpr std::uint64_t of_bagging = (std::uint64_t{1} << 63) + (std::uint64_t{1} << 62) - (std::uint64_t{1} << 40);
    random_stream random(start, of_bagging + static_cast<std::uint64_t>(member));
    std::vector<extent> times(static_cast<std::size_t>(samples));
    for (extent i = 0; i < samples; ++i) ++times[static_cast<std::size_t>(random.next_below(samples))];
    bootstrap_samples bag;
    for (extent i = 0; i < samples; ++i) {
        const extent count = times[static_cast<std::size_t>(i)];
        bag.drawn.insert(bag.drawn.end(), static_cast<std::size_t>(count), i);
        if (count == 0) bag.left_out.push_back(i);
    }
    return bag;
}

}  // namespace ctnn
