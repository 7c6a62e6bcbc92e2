// SPDX-License-Identifier: MIT
/// \file
/// A confusion matrix as a picture.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "ctnn/report/canvas.hpp"

namespace ctnn {
namespace detail {

/// A share in whole percent that never claims none or all where it is not.
[[gnu::cold]] inline std::string percent_text(extent part, extent whole) {
    if (whole <= 0) return "";
    const extent percent = (200 * part + whole) / (2 * whole);
    if (percent == 0 && part > 0) return "<1%";
    if (percent == 100 && part < whole) return ">99%";
    return std::to_string(percent) + "%";
}

}  // namespace detail

/// Draws a confusion matrix: a row for each true class, a column for each predicted one; a field shows its count and
/// its share of the row, the darker the larger. Right answers are blue, mistakes red.
///
/// \param counts (classes, classes) row by row, the true class first
/// \pre counts.size() == classes.size() * classes.size(), at least one class
[[nodiscard, gnu::cold]] inline canvas draw_confusion(const std::vector<std::string>& classes,
                                                      const std::vector<extent>& counts) {
    const extent n = static_cast<extent>(classes.size());
    const auto count = [&](extent row, extent column) { return counts[static_cast<std::size_t>(row * n + column)]; };
    const auto name = [&](extent i) { return shorten(classes[static_cast<std::size_t>(i)], 22); };
    extent longest = 0, digits = 1;
    for (extent i = 0; i < n; ++i) longest = text_width(name(i)) > longest ? text_width(name(i)) : longest;
    for (const extent one : counts)
        digits = letter_count(std::to_string(one)) > digits ? letter_count(std::to_string(one)) : digits;
    // Fields shrink with the number of classes, but hold the largest count.
    const extent wide = digits * 12 + 24,
                 wanted = n <= 3   ? 132
                          : n <= 6 ? 104
                                   : 80,
                 cell = wide > wanted ? wide : wanted;
    const bool upward = longest > cell - 8;
    const extent left = 50 + longest + 16, top = 46 + (upward ? longest : 14) + 16;
    const extent title = text_width("predicted class", 2), width = left + (n * cell > title ? n * cell : title) + 24;
    canvas to(top + n * cell + 24, width);

    to.text(left + n * cell / 2 - title / 2 > left ? left + n * cell / 2 - title / 2 : left, 16, "predicted class",
            palette::gray);
    to.text_upward(16, top + n * cell / 2 + text_width("true class") / 2, "true class", palette::gray);
    for (extent i = 0; i < n; ++i) {
        const std::string text = name(i);
        const extent middle = i * cell + cell / 2;
        to.text(left - 14 - text_width(text), top + middle - 7, text, palette::ink);
        if (upward)
            to.text_upward(left + middle - 7, top - 12, text, palette::ink);
        else
            to.text(left + middle - text_width(text) / 2, top - 26, text, palette::ink);
    }
    for (extent row = 0; row < n; ++row) {
        extent sum = 0;
        for (extent column = 0; column < n; ++column) sum += count(row, column);
        for (extent column = 0; column < n; ++column) {
            const double share = sum > 0 ? static_cast<double>(count(row, column)) / static_cast<double>(sum) : 0;
            const extent x = left + column * cell, y = top + row * cell;
            // The square root lets rare mistakes show.
            const color full = row == column ? palette::deep : palette::wrong;
            const double depth = row == column ? share : std::sqrt(share);
            to.fill(x, y, cell - 2, cell - 2, mix({246, 247, 249}, full, 0.95 * depth));
            const color ink = depth > 0.5 ? palette::white : palette::ink;
            const std::string text = std::to_string(count(row, column));
            const std::string percent = detail::percent_text(count(row, column), sum);
            const extent size = n <= 3 && digits <= 4 ? 3 : 2;
            to.text(x + cell / 2 - 1 - text_width(text, size) / 2, y + cell / 2 - 7 * size - 1, text, ink, size);
            if (sum > 0)
                to.text(x + cell / 2 - 1 - text_width(percent) / 2, y + cell / 2 + 9, percent,
                        mix(ink, to.at(x, y), 0.25));
        }
    }
    to.frame(left - 2, top - 2, n * cell + 2, n * cell + 2, palette::gray);
    return to;
}

}  // namespace ctnn
