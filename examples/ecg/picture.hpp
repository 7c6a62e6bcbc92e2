// SPDX-License-Identifier: MIT
/// \file
/// Beats with what a network looks at behind them.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <ctnn/engine/attention_weights.hpp>
#include <ctnn/io/picture.hpp>
#include <ctnn/report/canvas.hpp>

#include "beats.hpp"

namespace ecg {

/// One beat in a field of `width` x `height` pixels; the darker the ground, the more of the weight.
inline void draw_beat(nn::canvas& on, nn::extent x, nn::extent y, nn::extent width, nn::extent height,
                      const float* beat, const float* weights, nn::extent steps) {
    const float largest = *std::max_element(weights, weights + steps);
    for (nn::extent s = 0; s < steps; ++s) {
        const nn::extent from = x + s * width / steps, to = x + (s + 1) * width / steps;
        const double part = largest > 0 ? static_cast<double>(weights[s] / largest) : 0;
        on.fill(from, y, to - from, height, nn::mix(nn::palette::white, nn::color{250, 190, 120}, part));
    }
    on.frame(x, y, width, height, nn::palette::grid);
    const float low = *std::min_element(beat, beat + samples), high = *std::max_element(beat, beat + samples);
    const auto place = [&](nn::extent t) {
        return static_cast<double>(y + height - 6) -
               static_cast<double>(height - 12) * static_cast<double>((beat[t] - low) / (high - low + 1e-6f));
    };
    for (nn::extent t = 1; t < samples; ++t)
        on.line(static_cast<double>(x + (t - 1) * width / samples), place(t - 1),
                static_cast<double>(x + t * width / samples), place(t), nn::palette::ink, 1.5);
}

/// Three beats of each class, a row for each, under the attention of the layer "look" of an engine.
template <class Net>
[[nodiscard]] nn::error write_attention(const std::string& path, nn::engine<Net>& engine, const beats& from) {
    constexpr nn::extent width = 420, height = 120, gap = 12, title = 22, columns = 3;
    nn::canvas page(classes * (height + title + gap) + gap, columns * (width + gap) + gap);
    for (nn::extent c = 0, i = 0; c < classes; ++c, i = 0)
        for (nn::extent k = 0; k < columns; ++k, ++i) {
            while (i < from.size() && from.labels[static_cast<std::size_t>(i)] != c) ++i;
            if (i >= from.size()) break;
            const auto map = nn::attention_weights(engine, from.input_of(i), "look");
            if (!map) return map.error();
            const auto scores = engine(from.input_of(i));
            const nn::extent x = gap + k * (width + gap), y = gap + c * (height + title + gap);
            const std::size_t said = static_cast<std::size_t>(nn::predicted_class(scores.data(), classes));
            page.text(x, y, class_names[static_cast<std::size_t>(c)] + ": " + class_names[said],
                      said == static_cast<std::size_t>(c) ? nn::palette::right : nn::palette::wrong);
            draw_beat(page, x, y + title, width, height, from.input_of(i), map->row(0, 0), map->keys);
        }
    return nn::write_png(path, page.pixels(), page.height(), page.width(), 3);
}

}  // namespace ecg
