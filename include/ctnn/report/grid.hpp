// SPDX-License-Identifier: MIT
/// \file
/// A grid of images with what they are and what the network said.
#pragma once

#include <string>
#include <vector>

#include "ctnn/io/resize.hpp"
#include "ctnn/report/canvas.hpp"

namespace ctnn {

/// One image of a grid.
struct grid_tile {
    float_image picture;      ///< gray or color, values 0 to 1
    std::string truth;        ///< name of the true class
    std::string predicted;    ///< name of the class with the highest score
    double probability = -1;  ///< of the predicted class; negative: not shown
    bool mistake = false;     ///< framed red
};

/// Draws images in rows of `columns`, each enlarged by a whole number to about 150 pixels (or reduced by area), with
/// two lines below: the true class, then the predicted one and its probability. Mistakes are framed and written red.
/// \pre at least one column
[[nodiscard, gnu::cold]] inline canvas draw_grid(const std::vector<grid_tile>& tiles, extent columns) {
    constexpr extent side = 160, gap = 18, caption = 50, tile = side + gap, heading = 26, border = 5;
    const extent count = static_cast<extent>(tiles.size());
    if (columns > count && count > 0) columns = count;
    const extent rows = count == 0 ? 1 : (count + columns - 1) / columns;
    canvas to(heading + gap + rows * (side + caption + gap), gap + columns * tile);
    extent pen = gap;
    const auto explain = [&](const char* words, color c) {
        to.text(pen, 14, words, c);
        pen += text_width(words) + 36;
    };
    explain("true class", palette::ink);
    explain("predicted", palette::right);
    explain("mistake", palette::wrong);
    for (extent i = 0; i < count; ++i) {
        const grid_tile& one = tiles[static_cast<std::size_t>(i)];
        const extent x = gap + i % columns * tile, y = heading + gap + i / columns * (side + caption + gap);
        const float_image* shown = &one.picture;
        float_image reduced;
        const extent larger = shown->height > shown->width ? shown->height : shown->width;
        if (larger > side - 2 * border) {
            const auto part = [&](extent length) {
                return length * (side - 2 * border) / larger > 0 ? length * (side - 2 * border) / larger : 1;
            };
            reduced = resize_area(one.picture, part(shown->height), part(shown->width));
            shown = &reduced;
        }
        const extent shown_side = shown->height > shown->width ? shown->height : shown->width;
        const extent zoom = shown_side > 0 ? (side - 2 * border) / shown_side : 1;
        const extent w = shown->width * zoom, h = shown->height * zoom;
        to.fill(x, y, side, side, {246, 247, 249});
        to.frame(x, y, side, side, one.mistake ? palette::wrong : palette::grid, one.mistake ? border : 1);
        to.draw(x + (side - w) / 2, y + (side - h) / 2, *shown, zoom);
        std::string percent;
        if (one.probability >= 0) {
            percent += ' ';
            percent += std::to_string(static_cast<int>(one.probability * 100 + 0.5));
            percent += '%';
        }
        const extent letters = (side + 2) / 12, for_name = letters - letter_count(percent);
        to.text(x, y + side + 8, shorten(one.truth, letters), palette::ink);
        to.text(x, y + side + 30, shorten(one.predicted, for_name) + percent,
                one.mistake ? palette::wrong : palette::right);
    }
    return to;
}

}  // namespace ctnn
