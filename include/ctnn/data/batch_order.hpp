// SPDX-License-Identifier: MIT
/// \file
/// The order in which an epoch visits its samples.
#pragma once

#include <vector>

#include "ctnn/core/random.hpp"

namespace ctnn {

/// Writes a random permutation of [0, order.size()), a function of the seed and the epoch alone (Fisher and Yates).
[[gnu::cold, gnu::noinline]] inline void shuffle(std::vector<extent>& order, seed start, std::uint64_t epoch) {
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<extent>(i);
    constexpr std::uint64_t of_shuffling = std::uint64_t{1} << 62;  // streams below belong to parameters and dropout
    random_stream random(start, of_shuffling + epoch);
    for (std::size_t i = order.size(); i > 1; --i) {
        const std::size_t j = static_cast<std::size_t>(random.next_below(static_cast<extent>(i)));
        const extent swapped = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swapped;
    }
}

/// The same for groups of `together` indices in a row: they change places and stay whole.
/// \pre order.size() is a multiple of together, which is at least 1
inline void shuffle_groups(std::vector<extent>& order, extent together, seed start, std::uint64_t epoch) {
    if (together == 1) return shuffle(order, start, epoch);
    std::vector<extent> groups(order.size() / static_cast<std::size_t>(together));
    shuffle(groups, start, epoch);
    std::size_t to = 0;
    for (const extent group : groups)
        for (extent i = 0; i < together; ++i) order[to++] = group * together + i;
}

}  // namespace ctnn
