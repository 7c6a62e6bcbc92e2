// SPDX-License-Identifier: MIT
/// \file
/// How the scores of several classes become one.
#pragma once

#include <cstdint>

#include "ctnn/core/shape.hpp"
#include "ctnn/train/metric/confusion_matrix.hpp"

namespace ctnn {

/// How the scores of several classes become one, in scikit-learn's words. All classes of the matrix take part, those
/// without samples too, as with labels=range(classes).
enum class average : unsigned char {
    macro,     ///< the mean over the classes
    weighted,  ///< the mean weighted by the classes' samples
    micro      ///< the score of the counts added over the classes
};

/// Numerator over denominator, and 0 where nothing was counted: scikit-learn's zero_division=0.
[[nodiscard]] constexpr double ratio(std::int64_t numerator, std::int64_t denominator) {
    return denominator == 0 ? 0.0 : static_cast<double>(numerator) / static_cast<double>(denominator);
}

namespace detail {

/// What a score of one class against all others is made of.
struct fraction {
    std::int64_t numerator = 0, denominator = 0;
    [[nodiscard]] constexpr double value() const { return ratio(numerator, denominator); }
};

/// The average of the fractions that `of(matrix, class)` gives.
template <class Fraction>
[[nodiscard]] double averaged(const confusion_matrix& matrix, average how, const Fraction& of) {
    double sum = 0;
    fraction all;
    for (extent c = 0; c < matrix.classes(); ++c) {
        const fraction of_class = of(matrix, c);
        all.numerator += of_class.numerator;
        all.denominator += of_class.denominator;
        sum += of_class.value() * (how == average::weighted ? static_cast<double>(matrix.support(c)) : 1.0);
    }
    if (how == average::micro) return all.value();
    const std::int64_t weights = how == average::weighted ? matrix.total() : matrix.classes();
    return weights == 0 ? 0.0 : sum / static_cast<double>(weights);
}

}  // namespace detail
}  // namespace ctnn
