// SPDX-License-Identifier: MIT
/// \file
/// Lines in a frame as inline SVG, whose points say their numbers where the mouse is.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "ctnn/core/text.hpp"
#include "ctnn/report/classification_report.hpp"
#include "ctnn/report/curves.hpp"
#include "ctnn/report/html.hpp"

namespace ctnn {

/// A line through points (x[i], y[i]). What is not finite leaves a gap.
struct svg_line {
    std::string name;
    std::vector<double> x, y;
    bool dashed = false;  ///< a line to compare with: no marks, no name
};

/// Lines in one frame.
struct svg_chart {
    std::string title, x_name, y_name;
    std::vector<svg_line> lines;
    bool shares = false;  ///< both axes go from 0 to 1
};

namespace detail {

/// A number of pixels, of which a tenth is enough.
[[nodiscard, gnu::cold]] inline std::string pixels_text(double value) { return fixed(value, 1); }

/// The scale of one axis in pixels.
struct svg_axis {
    ticks at;
    double first = 0, last = 0;  ///< pixels of at.low and at.high
    [[nodiscard]] double operator()(double value) const {
        return first + (last - first) * (value - at.low) / (at.high - at.low);
    }
};

/// Ticks that hold all finite numbers of the lines along one axis.
[[nodiscard, gnu::cold]] inline ticks ticks_of(const svg_chart& chart, std::vector<double> svg_line::*along) {
    if (chart.shares) return {0, 1, 0.2};
    double low = 0, high = 1;
    bool any = false;
    for (const svg_line& line : chart.lines)
        for (const double value : line.*along) {
            if (!std::isfinite(value)) continue;
            low = any ? std::fmin(low, value) : value;
            high = any ? std::fmax(high, value) : value;
            any = true;
        }
    return place_ticks(low, high, 5);
}

}  // namespace detail

/// An element <svg> of 480 x 320 units, colored by html_page's style. At most some 100 points of a line have marks.
///
///     page.figures({ctnn::draw_svg({"loss", "epoch", "loss", {{"training", epochs, losses}}})});
[[nodiscard, gnu::cold]] inline std::string draw_svg(const svg_chart& chart) {
    constexpr double left = 52, right = 464, top = 44, bottom = 276;
    using detail::pixels_text;
    const detail::svg_axis across{detail::ticks_of(chart, &svg_line::x), left, right};
    const detail::svg_axis up{detail::ticks_of(chart, &svg_line::y), bottom, top};
    const auto text = [](double x, double y, const char* how, const std::string& words) {
        return "<text x=\"" + pixels_text(x) + "\" y=\"" + pixels_text(y) + "\" " + how + ">" + html_text(words) +
               "</text>\n";
    };
    const auto stroke = [](double x1, double y1, double x2, double y2) {
        return "<path class=\"frame\" d=\"M" + pixels_text(x1) + " " + pixels_text(y1) + "L" + pixels_text(x2) + " " +
               pixels_text(y2) + "\"/>\n";
    };
    std::string svg = "<svg viewBox=\"0 0 480 320\" role=\"img\" aria-label=\"" + html_text(chart.title) + "\">\n";
    svg += text(left, 18, "class=\"title\"", chart.title);
    for (double v = up.at.low; v <= up.at.high + up.at.step / 2; v += up.at.step) {
        svg += stroke(left, up(v), right, up(v));
        svg += text(left - 6, up(v) + 4, "text-anchor=\"end\"", detail::tick_text(v, up.at.step));
    }
    for (double v = across.at.low; v <= across.at.high + across.at.step / 2; v += across.at.step) {
        svg += stroke(across(v), bottom, across(v), bottom + 4);
        svg += text(across(v), bottom + 17, "text-anchor=\"middle\"", detail::tick_text(v, across.at.step));
    }
    svg += text((left + right) / 2, bottom + 36, "text-anchor=\"middle\"", chart.x_name);
    svg += text(left, top - 9, "", chart.y_name);
    double pen = left + 20 + 6 * static_cast<double>(detail::character_count(chart.y_name));
    for (std::size_t k = 0; k < chart.lines.size(); ++k) {
        const svg_line& line = chart.lines[k];
        const std::string color = line.dashed ? "var(--gray)" : "var(--s" + std::to_string(k % 8) + ")";
        const std::size_t count = line.x.size() < line.y.size() ? line.x.size() : line.y.size();
        std::string path, marks;
        bool drawn = false;
        for (std::size_t i = 0; i < count; ++i) {
            if (!std::isfinite(line.x[i]) || !std::isfinite(line.y[i])) {
                drawn = false;
                continue;
            }
            const std::string x = pixels_text(across(line.x[i])), y = pixels_text(up(line.y[i]));
            path += (drawn ? "L" : "M") + x + " " + y;
            drawn = true;
            if (line.dashed || i % (count / 100 + 1) != 0) continue;
            const std::string said = line.name + ": " + chart.x_name + " " + detail::fixed(line.x[i], 3) + ", " +
                                     chart.y_name + " " + detail::fixed(line.y[i], 4);
            marks += "<g class=\"mark\"><title>" + html_text(said) + "</title><circle cx=\"" + x + "\" cy=\"" + y +
                     "\" r=\"5\"/>" + text(right, 18, "class=\"tip\" text-anchor=\"end\"", said) + "</g>\n";
        }
        svg += "<path fill=\"none\" stroke-width=\"1.8\" stroke=\"" + color + "\"" +
               (line.dashed ? " stroke-dasharray=\"4 4\"" : "") + " d=\"" + path + "\"/>\n" + marks;
        if (line.dashed) continue;
        svg += "<path stroke-width=\"3\" stroke=\"" + color + "\" d=\"M" + pixels_text(pen) + " " +
               pixels_text(top - 13) + "h16\"/>\n" + text(pen + 21, top - 9, "", line.name);
        pen += 40 + 6.5 * static_cast<double>(detail::character_count(line.name));
    }
    return svg + "</svg>";
}

}  // namespace ctnn
