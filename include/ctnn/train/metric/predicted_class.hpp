// SPDX-License-Identifier: MIT
/// \file
/// From scores to the class that they choose.
#pragma once

#include <algorithm>

#include "ctnn/core/shape.hpp"

namespace ctnn {

/// The class that a row of scores chooses: the first of the largest; with a single score (a sigmoid head) class 1 when
/// it is above the threshold, else class 0. Scores that are NaN choose no class by themselves.
///
/// \pre columns >= 1
template <class T>
[[nodiscard]] constexpr extent predicted_class(const T* scores, extent columns, double threshold = 0.5) {
    if (columns == 1) return static_cast<double>(scores[0]) > threshold ? 1 : 0;
    return std::max_element(scores, scores + columns) - scores;
}

/// The grade that a row of answers to "is it above grade c?" adds up to: how many are above the threshold.
template <class T>
[[nodiscard]] constexpr extent predicted_grade(const T* scores, extent columns, double threshold = 0.5) {
    return std::count_if(scores, scores + columns, [&](T score) { return static_cast<double>(score) > threshold; });
}

/// How many classes a network with this many outputs tells apart: two when it has a single one.
[[nodiscard]] constexpr extent class_count(extent columns) { return columns == 1 ? 2 : columns; }

}  // namespace ctnn
