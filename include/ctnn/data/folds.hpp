// SPDX-License-Identifier: MIT
/// \file
/// Splits and folds that keep what belongs together, such as the scans of a patient, in one part.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/core/order.hpp"
#include "ctnn/core/random.hpp"
#include "ctnn/data/split.hpp"

namespace ctnn {

namespace detail {

/// The samples of one group, and how many of each class it has.
struct sample_group {
    std::string name;
    std::vector<extent> samples;
    std::vector<extent> classes;
};

/// Groups in the byte order of their names, so that the order of the samples does not matter.
[[nodiscard, gnu::cold]] inline std::vector<sample_group> group_samples(const std::vector<std::int32_t>& labels,
                                                                        const std::vector<std::string>& groups,
                                                                        std::size_t classes) {
    const auto name_of = [&](extent i) -> const std::string& { return groups[static_cast<std::size_t>(i)]; };
    std::vector<sample_group> all;
    for (const extent i : sorted_places(groups, [](const std::string&a, const std::string&b) { return a < b; })) {
        if (all.empty() || all.back().name != name_of(i)) all.push_back({name_of(i), {}, std::vector<extent>(classes)});
        all.back().samples.push_back(i);
        ++all.back().classes[static_cast<std::size_t>(labels[static_cast<std::size_t>(i)])];
    }
    return all;
}

/// Gives each group to one of the parts, largest group first: to the part that would then be filled least, measured by
/// the group's own classes against the shares. Equally large groups come in an order that the seed chooses.
[[nodiscard, gnu::cold]] inline result<std::vector<std::vector<extent>>> deal_groups(
    const std::vector<std::int32_t>& labels, const std::vector<std::string>& groups, const std::vector<double>& shares,
    seed start) {
    constexpr std::uint64_t of_dealing = std::uint64_t{7} << 61;  // away from all other streams
    if (labels.size() != groups.size())
        return error(error_kind::shape_mismatch,
                     std::to_string(groups.size()) + " groups for " + std::to_string(labels.size()) + " samples");
    std::int32_t classes = 0;
    for (const std::int32_t label : labels) {
        if (label < 0) return error(error_kind::invalid_argument, "labels are at least 0 where samples are split");
        classes = std::max(classes, label + 1);
    }
    std::vector<sample_group> all = group_samples(labels, groups, static_cast<std::size_t>(classes));
    std::size_t wanted = 0;
    for (const double share : shares) wanted += share > 0;
    if (all.size() < wanted)
        return error(error_kind::invalid_argument, std::to_string(all.size()) + " groups cannot be dealt to " +
                                                       std::to_string(wanted) + " parts; a group is never cut");
    random_stream random(start, of_dealing);
    for (std::size_t i = all.size(); i > 1; --i)
        std::swap(all[i - 1], all[static_cast<std::size_t>(random.next_below(static_cast<extent>(i)))]);
    const std::vector<extent> order = sorted_places(
        all, [](const sample_group& a, const sample_group& b) { return a.samples.size() > b.samples.size(); });

    std::vector<extent> total(static_cast<std::size_t>(classes));
    for (const sample_group& g : all)
        for (std::size_t c = 0; c < total.size(); ++c) total[c] += g.classes[c];
    std::vector<std::vector<extent>> parts(shares.size()), counts(shares.size(), std::vector<extent>(total.size()));
    std::size_t empty = wanted;
    for (std::size_t n = 0; n < all.size(); ++n) {
        const sample_group& g = all[static_cast<std::size_t>(order[n])];
        const bool only_empty = all.size() - n == empty;  // the last groups go where there is none yet
        std::size_t best = shares.size();
        double least = 0;
        for (std::size_t p = 0; p < shares.size(); ++p) {
            if (!(shares[p] > 0) || (only_empty && !parts[p].empty())) continue;
            double filled = 0;
            for (std::size_t c = 0; c < total.size(); ++c)
                if (g.classes[c] > 0)
                    filled += static_cast<double>(g.classes[c]) * static_cast<double>(counts[p][c] + g.classes[c]) /
                              (static_cast<double>(total[c]) * static_cast<double>(total[c]) * shares[p]);
            if (best == shares.size() || filled < least || (filled == least && parts[p].size() < parts[best].size())) {
                best = p;
                least = filled;
            }
        }
        empty -= parts[best].empty();
        for (const extent i : g.samples) parts[best].push_back(i);
        for (std::size_t c = 0; c < total.size(); ++c) counts[best][c] += g.classes[c];
    }
    for (std::vector<extent>& part : parts) sort_ascending(part);
    return parts;
}

}  // namespace detail

/// Cuts samples into three parts so that no group is in two of them, and classes come near to their shares.
///
///     takes    a label, at least 0, and the name of a group, such as a patient, of each sample; shares of validation
///              and test, each at least 0, together below 1
///     gives    no part whose share is not 0 is empty; a function of the seed, and not of the order of the groups
///     refuses  with shape_mismatch another number of groups than of labels; with invalid_argument fewer groups than
///              parts, and shares that are none
///
///     auto parts = ctnn::grouped_split(listing.labels, listing.groups, ctnn::seed{1});
[[nodiscard, gnu::cold]] inline result<split_indices> grouped_split(const std::vector<std::int32_t>& labels,
                                                                    const std::vector<std::string>& groups, seed start,
                                                                    double validation = 0.15, double test = 0.15) {
    if (!(validation >= 0) || !(test >= 0) || !(validation + test < 1))
        return error(error_kind::invalid_argument, "shares are at least 0, together below 1");
    auto parts = detail::deal_groups(labels, groups, {1 - validation - test, validation, test}, start);
    if (!parts) return parts.error();
    return split_indices{std::move((*parts)[0]), std::move((*parts)[1]), std::move((*parts)[2])};
}

/// Samples in k parts of nearly equal size and nearly equal shares of each class, for k rounds of training that leave
/// out one part each; see leave_out(). Indices increase.
using sample_folds = std::vector<std::vector<extent>>;

/// Folds that keep groups together: no group is in two folds. Refuses what grouped_split() refuses, and fewer than two
/// folds.
[[nodiscard, gnu::cold]] inline result<sample_folds> grouped_folds(const std::vector<std::int32_t>& labels,
                                                                   const std::vector<std::string>& groups, extent count,
                                                                   seed start) {
    if (count < 2) return error(error_kind::invalid_argument, "at least two folds");
    if (count > static_cast<extent>(labels.size()))
        return error(error_kind::invalid_argument,
                     std::to_string(labels.size()) + " samples cannot be dealt to " + std::to_string(count) + " folds");
    return detail::deal_groups(
        labels, groups, std::vector<double>(static_cast<std::size_t>(count), 1 / static_cast<double>(count)), start);
}

/// Folds of samples that stand for themselves: counts of a class differ by at most one between two folds.
[[nodiscard, gnu::cold]] inline result<sample_folds> stratified_folds(const std::vector<std::int32_t>& labels,
                                                                      extent count, seed start) {
    std::vector<std::string> groups;
    for (std::size_t i = 0; i < labels.size(); ++i) groups.push_back(std::to_string(i));
    return grouped_folds(labels, groups, count, start);
}

/// error{} when no group is in two folds; else invalid_argument with the first such group and its folds, counted from
/// 0: for folds and splits that come from elsewhere, such as a column of a table. Refuses with shape_mismatch indices
/// that are no sample.
[[nodiscard, gnu::cold]] inline error check_folds(const sample_folds& folds, const std::vector<std::string>& groups) {
    struct in_fold {
        const std::string* group;
        std::size_t fold;
    };
    std::vector<in_fold> all;
    for (std::size_t f = 0; f < folds.size(); ++f)
        for (const extent i : folds[f]) {
            if (i < 0 || i >= static_cast<extent>(groups.size()))
                return {error_kind::shape_mismatch, "sample " + std::to_string(i) + " of " +
                                                        std::to_string(groups.size()) + " samples with a group"};
            all.push_back({&groups[static_cast<std::size_t>(i)], f});
        }
    const std::vector<extent> order = detail::sorted_places(all, [](const in_fold& a, const in_fold& b) {
        const int compared = a.group->compare(*b.group);
        return compared != 0 ? compared < 0 : a.fold < b.fold;
    });
    for (std::size_t i = 1; i < order.size(); ++i) {
        const in_fold &last = all[static_cast<std::size_t>(order[i - 1])],
                      &one = all[static_cast<std::size_t>(order[i])];
        if (*one.group == *last.group && one.fold != last.fold)
            return {error_kind::invalid_argument, "the group '" + *one.group + "' is in the folds " +
                                                      std::to_string(last.fold) + " and " + std::to_string(one.fold)};
    }
    return {};
}

/// The same for train, validation and test, which count as 0, 1 and 2.
[[nodiscard, gnu::cold]] inline error check_split(const split_indices& parts, const std::vector<std::string>& groups) {
    return check_folds({parts.train, parts.validation, parts.test}, groups);
}

/// One round: the fold `out` is the test part, the others are to train on, and the one behind it, where `validate` asks
/// for it, to choose by.
/// \pre out is the place of a fold
[[nodiscard, gnu::cold]] inline split_indices leave_out(const sample_folds& folds, std::size_t out,
                                                        bool validate = false) {
    split_indices parts;
    for (std::size_t f = 0; f < folds.size(); ++f) {
        std::vector<extent>& to = f == out                                    ? parts.test
                                  : validate && f == (out + 1) % folds.size() ? parts.validation
                                                                              : parts.train;
        for (const extent i : folds[f]) to.push_back(i);
    }
    detail::sort_ascending(parts.train);
    return parts;
}

}  // namespace ctnn
