// SPDX-License-Identifier: MIT
/// \file
/// Classes made equally frequent by samples between those that there are.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/core/text.hpp"
#include "ctnn/data/dataset.hpp"
#include "ctnn/data/sampler.hpp"

namespace ctnn {

namespace detail {
/// The squared distance of two samples.
template <class T>
[[nodiscard]] double squared_distance(const T* a, const T* b, extent size) {
    double sum = 0;
    for (extent k = 0; k < size; ++k) {
        const double away = static_cast<double>(a[k]) - static_cast<double>(b[k]);
        sum += away * away;
    }
    return sum;
}

/// The `count` others of a class that lie closest to one of its samples, the closest first; of equals the earlier.
template <class T>
[[nodiscard, gnu::cold]] std::vector<extent> nearest_members(const std::vector<T>& inputs, extent size,
                                                             const std::vector<extent>& members, extent of,
                                                             extent count) {
    std::vector<std::pair<double, extent>> others;
    others.reserve(members.size());
    for (const extent other : members)
        if (other != of)
            others.emplace_back(squared_distance(inputs.data() + of * size, inputs.data() + other * size, size), other);
    count = std::min(count, static_cast<extent>(others.size()));
    std::partial_sort(others.begin(), others.begin() + count, others.end());
    std::vector<extent> nearest;
    for (extent i = 0; i < count; ++i) nearest.push_back(others[static_cast<std::size_t>(i)].second);
    return nearest;
}
}  // namespace detail

/// The data set with synthetic samples behind its own, so that every class that occurs comes as often as the largest.
///
/// A synthetic sample is x + u (y - x): x a random sample of its class, y one of the `neighbors` samples of that class
/// closest to x by Euclid's distance (all others, where there are fewer), u uniform in [0, 1). Meant for features
/// of comparable scale: between two images lies their blend, which is seldom an image. Split first, and add to the
/// training part alone. The same seed makes the same samples. n samples of a class take n^2 distances at most.
///
///     refuses   a data set whose parts do not fit together, has not one label of at least 0 a sample, or has values;
///               fewer than one neighbor; a class of one sample, which has no neighbor
///
///     const auto larger = ctnn::smote(train, ctnn::seed{1});
///
/// Chawla et al., "SMOTE: Synthetic Minority Over-sampling Technique", 2002; as imbalanced-learn's SMOTE.
template <class Data>
[[nodiscard, gnu::cold]] result<Data> smote(const Data& data, seed start, extent neighbors = 5) {
    using T = typename Data::scalar;
    constexpr extent size = Data::input::size;
    constexpr error_kind invalid = error_kind::invalid_argument;
    if (error failed = data.check(1, 0)) return failed;
    if (data.labels.empty() || std::ranges::any_of(data.labels, [](std::int32_t label) { return label < 0; }))
        return error(invalid, "smote: expected one label of at least 0 for each sample");
    if (!data.values.empty()) return error(invalid, "smote: a data set with values, between which nothing is known");
    if (neighbors < 1) return error(invalid, "smote: expected at least one neighbor");
    const std::vector<std::vector<extent>> classes = detail::members_of_classes(data.labels);
    const extent largest = detail::size_of_class(classes, true);
    Data larger = data;
    for (std::size_t c = 0; c < classes.size(); ++c) {
        const std::vector<extent>& members = classes[c];
        const extent count = static_cast<extent>(members.size());
        if (count == 0 || count == largest) continue;
        if (count == 1) return error(invalid, detail::text_of({"smote: class ", c, " has one sample, no neighbor"}));
        random_stream random = detail::sampling_stream(start, 0, (1 << 19) + c);
        std::vector<std::vector<extent>> nearest(members.size());  // found when first asked for
        for (extent made = count; made < largest; ++made) {
            const std::size_t chosen = static_cast<std::size_t>(random.next_below(count));
            std::vector<extent>& near = nearest[chosen];
            if (near.empty()) near = detail::nearest_members(data.inputs, size, members, members[chosen], neighbors);
            const T* x = data.input_of(members[chosen]);
            const T* y =
                data.input_of(near[static_cast<std::size_t>(random.next_below(static_cast<extent>(near.size())))]);
            const T u = static_cast<T>(random.next_uniform());
            for (extent k = 0; k < size; ++k) larger.inputs.push_back(x[k] + u * (y[k] - x[k]));
            larger.labels.push_back(static_cast<std::int32_t>(c));
        }
    }
    return larger;
}

}  // namespace ctnn
