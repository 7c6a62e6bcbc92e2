// SPDX-License-Identifier: MIT
/// \file
/// The one sort of the library. std::sort costs a compiler some 30 ms for each type and comparison; so places are
/// sorted, whatever lies there, by a comparison that is called through a pointer.
#pragma once

#include <algorithm>
#include <vector>

#include "ctnn/core/shape.hpp"

namespace ctnn::detail {

/// before(x, y) of a caller without its type.
struct erased_before {
    const void* context;
    bool (*call)(const void* context, extent x, extent y);
    bool operator()(extent x, extent y) const { return call(context, x, y); }
};

inline void sort_places_by(std::vector<extent>& places, erased_before before) {
    std::sort(places.begin(), places.end(),
              [before](extent x, extent y) { return before(x, y) || (x < y && !before(y, x)); });
}

/// Sorts places so that none stands behind one that it is before; of equal ones the smaller place comes first.
template <class Before>
inline void sort_places(std::vector<extent>& places, const Before& before) {
    sort_places_by(places, {&before, [](const void* context, extent x, extent y) {
                                return static_cast<bool>((*static_cast<const Before*>(context))(x, y));
                            }});
}

/// Smallest first.
inline void sort_ascending(std::vector<extent>& numbers) {
    sort_places(numbers, [](extent x, extent y) { return x < y; });
}

/// The places of all elements of a vector, in the order that before(x, y) says of two elements.
template <class Element, class Before>
[[nodiscard]] std::vector<extent> sorted_places(const std::vector<Element>& of, const Before& before) {
    std::vector<extent> places(of.size());
    for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<extent>(i);
    sort_places(places, [&](extent x, extent y) {
        return before(of[static_cast<std::size_t>(x)], of[static_cast<std::size_t>(y)]);
    });
    return places;
}

}  // namespace ctnn::detail
