// SPDX-License-Identifier: MIT
/// \file
/// Charts of what training did: lines over epochs.
#pragma once

#include <charconv>
#include <cmath>
#include <string>
#include <vector>

#include "ctnn/report/canvas.hpp"

namespace ctnn {

/// One line: a value for each epoch. What is not finite leaves a gap.
struct curve {
    std::string name;
    std::vector<double> values;
};

/// Lines in one frame, with a title above and "epoch" below.
struct chart {
    std::string title;
    std::vector<curve> curves;
};

namespace detail {

/// Where the lines of a scale lie: low, low + step ... up to high.
struct ticks {
    double low = 0, high = 1, step = 0.2;
};

/// Steps of 1, 2 or 5 times a power of ten, about `wanted` of them, that hold both ends.
[[gnu::cold]] inline ticks place_ticks(double low, double high, int wanted) {
    if (!(high - low > 1e-12 * std::fmax(std::fabs(low), std::fabs(high)))) {
        const double margin = std::fabs(low) > 0 ? std::fabs(low) * 0.1 : 0.5;
        low -= margin;
        high += margin;
    }
    const double rough = (high - low) / wanted, power = std::pow(10.0, std::floor(std::log10(rough)));
    const double part = rough / power, step = (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10) * power;
    return {std::floor(low / step + 1e-9) * step, std::ceil(high / step - 1e-9) * step, step};
}

/// A tick's number with as many decimals as the step has.
[[gnu::cold]] inline std::string tick_text(double value, double step) {
    if (std::fabs(value) < step * 1e-6) return "0";
    char text[32];
    const bool plain = step >= 1e-4 && std::fabs(value) < 1e6;
    const int decimals = step >= 1 ? 0 : static_cast<int>(std::ceil(-std::log10(step) - 1e-9));
    const std::to_chars_result end =
        plain ? std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, decimals)
              : std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, 1);
    return {text, end.ptr};
}

/// Draws one chart into the rectangle.
[[gnu::cold]] inline void draw_chart(canvas& to, const chart& what, extent left, extent top, extent width,
                                     extent height) {
    double low = 0, high = 0;
    std::size_t epochs = 0;
    bool any = false;
    for (const curve& one : what.curves) {
        if (one.values.size() > epochs) epochs = one.values.size();
        for (const double v : one.values) {
            if (!std::isfinite(v)) continue;
            low = any ? std::fmin(low, v) : v;
            high = any ? std::fmax(high, v) : v;
            any = true;
        }
    }
    if (!any) high = 1;
    if (epochs < 2) {
        // Points alone would lie on the frame.
        const double margin = 0.25 * (high - low);
        low -= margin;
        high += margin;
    }
    const ticks y = place_ticks(low, high, 6);
    extent labels = 0;
    const extent lines = static_cast<extent>(std::lround((y.high - y.low) / y.step));
    for (extent i = 0; i <= lines; ++i) {
        const extent letters = text_width(tick_text(y.low + static_cast<double>(i) * y.step, y.step));
        if (letters > labels) labels = letters;
    }
    // The frame of the plot: room for the title and the legend above, numbers to the left and below.
    const extent x0 = left + labels + 28, y0 = top + 74, w = left + width - 24 - x0, h = top + height - 62 - y0;
    to.text(x0, top + 14, shorten(what.title, w / 18), palette::ink, 3);

    const auto place_y = [&](double v) {
        return static_cast<double>(y0 + h) - (v - y.low) / (y.high - y.low) * static_cast<double>(h);
    };
    for (extent i = 0; i <= lines; ++i) {
        const double v = y.low + static_cast<double>(i) * y.step;
        const extent at = static_cast<extent>(std::lround(place_y(v)));
        const std::string text = tick_text(v, y.step);
        to.fill(x0, at, w, 1, palette::grid);
        to.text(x0 - 10 - text_width(text), at - 7, text, palette::gray);
    }
    // One epoch stands in the middle; more go from edge to edge.
    const auto place_x = [&](std::size_t i) {
        if (epochs < 2) return static_cast<double>(x0) + static_cast<double>(w) / 2;
        return static_cast<double>(x0) + 12 +
               static_cast<double>(i) / static_cast<double>(epochs - 1) * static_cast<double>(w - 24);
    };
    const double wanted = std::ceil(place_ticks(1, static_cast<double>(epochs < 2 ? 2 : epochs), 8).step);
    const std::size_t step = static_cast<std::size_t>(wanted);
    for (std::size_t epoch = 1; epoch <= epochs; ++epoch) {
        if (epoch != 1 && epoch % step != 0) continue;
        if (epoch == 1 && step > 1 && step < 4 && epochs > 8) continue;
        const extent at = static_cast<extent>(std::lround(place_x(epoch - 1)));
        const std::string text = std::to_string(epoch);
        to.fill(at, y0 + h, 1, 6, palette::gray);
        to.text(at - text_width(text) / 2, y0 + h + 12, text, palette::gray);
    }
    to.text(x0 + w / 2 - text_width("epoch") / 2, y0 + h + 36, "epoch", palette::gray);
    to.frame(x0, y0, w, h + 1, palette::gray);

    extent pen = x0;
    for (std::size_t i = 0; i < what.curves.size(); ++i) {
        const curve& one = what.curves[i];
        const color c = palette::series[i % (sizeof palette::series / sizeof *palette::series)];
        const auto point = [&](std::size_t k) { return place_y(one.values[k]); };
        for (std::size_t k = 0; k < one.values.size(); ++k) {
            if (!std::isfinite(one.values[k])) continue;
            if (k > 0 && std::isfinite(one.values[k - 1]))
                to.line(place_x(k - 1), point(k - 1), place_x(k), point(k), c, 2.5);
            if (epochs <= 30) to.line(place_x(k), point(k), place_x(k), point(k), c, 6.5);
        }
        to.line(static_cast<double>(pen) + 2, static_cast<double>(top) + 55, static_cast<double>(pen) + 20,
                static_cast<double>(top) + 55, c, 4);
        to.text(pen + 30, top + 48, one.name, palette::ink);
        pen += 30 + text_width(one.name) + 30;
    }
}

}  // namespace detail

/// Draws charts side by side, each 640 x 440 pixels.
///
///     auto picture = ctnn::draw_charts({{"loss", {{"training", a}, {"validation", b}}}});
[[nodiscard, gnu::cold]] inline canvas draw_charts(const std::vector<chart>& charts) {
    constexpr extent width = 640, height = 440;
    const extent count = charts.empty() ? 1 : static_cast<extent>(charts.size());
    canvas to(height, count * width);
    for (std::size_t i = 0; i < charts.size(); ++i)
        detail::draw_chart(to, charts[i], static_cast<extent>(i) * width, 0, width, height);
    return to;
}

}  // namespace ctnn
