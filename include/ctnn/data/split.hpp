// SPDX-License-Identifier: MIT
/// \file
/// Which samples a network learns from, which choose its settings, and which judge it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "ctnn/core/order.hpp"
#include "ctnn/core/random.hpp"
#include "ctnn/data/dataset.hpp"

namespace ctnn {

/// Data sets of one kind: to fit, to choose by, and to test once.
template <static_shape Input, class T = float>
struct data_splits {
    dataset<Input, T> train, validation, test;
};

/// Indices of samples, each in exactly one of the three, in increasing order.
struct split_indices {
    std::vector<extent> train, validation, test;
};

/// Cuts samples into three parts, each class by the same shares (rounded to nearest), chosen by the seed alone.
///
///     takes    a label of each sample, at least 0; shares of validation and test, each at least 0, together below 1
///     gives    every class with at least three samples is in all parts whose share is not 0
[[nodiscard, gnu::cold]] inline split_indices stratified_split(const std::vector<std::int32_t>& labels, seed start,
                                                               double validation = 0.15, double test = 0.15) {
    constexpr std::uint64_t of_splitting = std::uint64_t{3} << 61;  // away from the streams of parameters and shuffling
    std::int32_t classes = 0;
    for (const std::int32_t label : labels) classes = std::max(classes, label + 1);
    std::vector<std::vector<extent>> members(static_cast<std::size_t>(classes));
    for (std::size_t i = 0; i < labels.size(); ++i)
        members[static_cast<std::size_t>(labels[i])].push_back(static_cast<extent>(i));

    split_indices parts;
    for (std::size_t c = 0; c < members.size(); ++c) {
        std::vector<extent>& all = members[c];
        random_stream random(start, of_splitting + c);
        for (std::size_t i = all.size(); i > 1; --i)
            std::swap(all[i - 1], all[static_cast<std::size_t>(random.next_below(static_cast<extent>(i)))]);
        const extent count = static_cast<extent>(all.size());
        const auto part_of = [&](double share) {
            const extent rounded = static_cast<extent>(share * static_cast<double>(count) + 0.5);
            return share > 0 && rounded == 0 && count >= 3 ? extent{1} : rounded;
        };
        const extent of_validation = part_of(validation), of_test = part_of(test);
        for (extent i = 0; i < count; ++i) {
            std::vector<extent>& to = i < of_test                   ? parts.test
                                      : i < of_test + of_validation ? parts.validation
                                                                    : parts.train;
            to.push_back(all[static_cast<std::size_t>(i)]);
        }
    }
    for (std::vector<extent>* part : {&parts.train, &parts.validation, &parts.test}) detail::sort_ascending(*part);
    return parts;
}

}  // namespace ctnn
