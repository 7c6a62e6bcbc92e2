// SPDX-License-Identifier: MIT
/// \file
/// The scores of a classifier as a table of text.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "ctnn/core/shape.hpp"
#include "ctnn/train/metric/accuracy.hpp"
#include "ctnn/train/metric/average.hpp"
#include "ctnn/train/metric/confusion_matrix.hpp"
#include "ctnn/train/metric/f1_score.hpp"
#include "ctnn/train/metric/precision.hpp"
#include "ctnn/train/metric/recall.hpp"

namespace ctnn {

namespace detail {

/// How many characters a UTF-8 text has: its bytes without those that continue a character.
[[nodiscard, gnu::cold]] inline std::size_t character_count(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// The text with spaces in front, `width` characters at least.
[[nodiscard, gnu::cold]] inline std::string right_aligned(const std::string& text, std::size_t width) {
    const std::size_t length = character_count(text);
    return length < width ? std::string(width - length, ' ') + text : text;
}

/// The number with this many digits behind the point, whatever the locale.
[[nodiscard, gnu::cold]] inline std::string fixed(double value, int digits) {
    char text[64];
    const std::to_chars_result end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, digits);
    return std::string(text, end.ptr);
}

}  // namespace detail

/// Precision, recall, F1 score and number of samples of each class, then the accuracy and the averages: character for
/// character what scikit-learn's classification_report prints with labels=range(classes) and zero_division=0, where
/// the accuracy has its row also when a class does not occur.
///
///     takes      names, one a class; a class beyond them is called by its index. digits, 0 to 30 behind the point
///
/// https://scikit-learn.org/stable/modules/generated/sklearn.metrics.classification_report.html
[[nodiscard, gnu::cold]] inline std::string classification_report(const confusion_matrix& matrix,
                                                                  std::span<const std::string> names = {},
                                                                  int digits = 2) {
    constexpr std::size_t column = 9;
    digits = std::clamp(digits, 0, 30);
    const auto name_of = [&](extent c) {
        return c < std::ssize(names) ? names[static_cast<std::size_t>(c)] : std::to_string(c);
    };
    std::size_t width = std::max(std::string("weighted avg").size(), static_cast<std::size_t>(digits));
    for (extent c = 0; c < matrix.classes(); ++c) width = std::max(width, detail::character_count(name_of(c)));

    std::string text;
    const auto row = [&](const std::string& heading, const std::string& a, const std::string& b, const std::string& c,
                         const std::string& d) {
        text += detail::right_aligned(heading, width) + ' ';
        for (const std::string* cell : {&a, &b, &c, &d}) text += ' ' + detail::right_aligned(*cell, column);
        text += '\n';
    };
    const auto scores = [&](const std::string& heading, auto which, std::int64_t support) {
        row(heading, detail::fixed(precision(matrix, which), digits), detail::fixed(recall(matrix, which), digits),
            detail::fixed(f1_score(matrix, which), digits), std::to_string(support));
    };
    row("", "precision", "recall", "f1-score", "support");
    text += '\n';
    for (extent c = 0; c < matrix.classes(); ++c) scores(name_of(c), c, matrix.support(c));
    text += '\n';
    row("accuracy", "", "", detail::fixed(accuracy(matrix), digits), std::to_string(matrix.total()));
    scores("macro avg", average::macro, matrix.total());
    scores("weighted avg", average::weighted, matrix.total());
    return text;
}

}  // namespace ctnn
