// SPDX-License-Identifier: MIT
/// \file
/// Parts of a data set, and parts in which all classes are equally frequent.
#pragma once

#include <vector>

#include "ctnn/data/dataset.hpp"
#include "ctnn/data/sampler.hpp"

namespace ctnn {

/// The samples of a data set at the given places, in their order; one may come more than once. What else the data set
/// knows, such as class names or how it augments, is copied.
/// \pre every place is a sample
template <class Data>
[[nodiscard, gnu::cold]] Data samples_at(const Data& data, const std::vector<extent>& places) {
    Data part = data;
    const auto take = [&](const auto& from, auto& to) {
        const extent each = static_cast<extent>(from.size()) / data.size();
        to.clear();
        to.reserve(places.size() * static_cast<std::size_t>(each));
        for (const extent i : places) to.insert(to.end(), from.begin() + i * each, from.begin() + (i + 1) * each);
    };
    take(data.inputs, part.inputs);
    take(data.labels, part.labels);
    take(data.values, part.values);
    return part;
}

/// Places in which every class that occurs comes as often as the largest: each sample once, and random ones of the
/// smaller classes again. Labels below 0 are left out.
///
///     const auto larger = ctnn::samples_at(train, ctnn::oversampled(train.labels, ctnn::seed{1}));
///
/// As imbalanced-learn's RandomOverSampler. Split first: copies of a sample must not be on both sides.
[[nodiscard, gnu::cold]] inline std::vector<extent> oversampled(const std::vector<std::int32_t>& labels, seed start) {
    const std::vector<std::vector<extent>> members = detail::members_of_classes(labels);
    const extent largest = detail::size_of_class(members, true);
    std::vector<extent> places;
    for (std::size_t c = 0; c < members.size(); ++c) {
        const std::vector<extent>& all = members[c];
        if (all.empty()) continue;
        random_stream random = detail::sampling_stream(start, 0, c + 1);
        places.insert(places.end(), all.begin(), all.end());
        for (extent i = static_cast<extent>(all.size()); i < largest; ++i)
            places.push_back(all[static_cast<std::size_t>(random.next_below(static_cast<extent>(all.size())))]);
    }
    detail::sort_ascending(places);
    return places;
}

/// Places in which every class that occurs comes as often as the smallest, none of them twice. Labels below 0 are left
/// out. As imbalanced-learn's RandomUnderSampler; balanced_sampler chooses others in every epoch.
///
///     const auto smaller = ctnn::samples_at(train, ctnn::undersampled(train.labels, ctnn::seed{1}));
[[nodiscard, gnu::cold]] inline std::vector<extent> undersampled(const std::vector<std::int32_t>& labels, seed start) {
    std::vector<extent> places;
    balanced_sampler(labels, 0, false).draw(places, start, 0);
    detail::sort_ascending(places);
    return places;
}

}  // namespace ctnn
