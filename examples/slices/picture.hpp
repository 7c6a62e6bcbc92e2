// SPDX-License-Identifier: MIT
/// \file
/// The slices of volumes with how much a network looks at each.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <ctnn/engine/attention_weights.hpp>
#include <ctnn/io/picture.hpp>
#include <ctnn/report/canvas.hpp>

#include "volumes.hpp"

namespace slices {

/// All slices of a volume side by side, with orange columns below them as high as their weights.
inline void draw_volume(nn::canvas& on, nn::extent x, nn::extent y, nn::extent zoom, const float* voxels,
                        const float* weights) {
    constexpr nn::extent size = height * width, bar = 40;
    const auto [low, high] = std::minmax_element(voxels, voxels + volume::size);
    const float largest = *std::max_element(weights, weights + depth);
    for (nn::extent z = 0; z < depth; ++z) {
        nn::float_image slice{height, width, 1, {}};
        for (nn::extent i = 0; i < size; ++i) slice.values.push_back((voxels[z * size + i] - *low) / (*high - *low));
        const nn::extent left = x + z * (width * zoom + 2);
        on.draw(left, y, slice, zoom);
        const nn::extent tall = static_cast<nn::extent>(static_cast<float>(bar) * weights[z] / largest);
        on.fill(left, y + height * zoom + bar - tall, width * zoom, tall, {222, 110, 20});
    }
}

/// Two volumes of each class, at most `classes` of them, under the attention of the layer "slices" of an engine.
template <class Net>
[[nodiscard]] nn::error write_attention(const std::string& path, nn::engine<Net>& engine, const volumes& from) {
    constexpr nn::extent zoom = 2, title = 22, gap = 10, row = title + height * zoom + 40 + gap, each = 2, most = 4;
    const nn::extent classes = std::min(most, static_cast<nn::extent>(from.class_names.size()));
    nn::canvas page(classes * each * row + gap, depth * (width * zoom + 2) + 2 * gap);
    for (nn::extent c = 0, i = 0, y = gap; c < classes; ++c, i = 0)
        for (nn::extent k = 0; k < each; ++k, ++i, y += row) {
            while (i < from.size() && from.labels[static_cast<std::size_t>(i)] != c) ++i;
            if (i >= from.size()) break;
            const auto map = nn::attention_weights(engine, from.input_of(i), "slices");
            if (!map) return map.error();
            const auto scores = engine(from.input_of(i));
            const auto said = static_cast<std::size_t>(nn::predicted_class(scores.data(), Net::output::size));
            page.text(gap, y, from.class_names[static_cast<std::size_t>(c)] + ": " + from.class_names[said],
                      said == static_cast<std::size_t>(c) ? nn::palette::right : nn::palette::wrong);
            draw_volume(page, gap, y + title, zoom, from.input_of(i), map->row(0, 0));
        }
    return nn::write_png(path, page.pixels(), page.height(), page.width(), 3);
}

}  // namespace slices
