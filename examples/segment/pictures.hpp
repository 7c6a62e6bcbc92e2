// SPDX-License-Identifier: MIT
/// \file
/// Overlays: an image, or three planes of a volume, with what was found tinted and the outline of the truth in white.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <ctnn/ctnn.hpp>
#include <ctnn/report/picture.hpp>

#include "cases.hpp"

namespace segment {

/// One plane: gray levels from 0 to 1, and labels; `truth` is empty where it is not known.
struct plane {
    nn::float_image gray;
    std::vector<std::int32_t> found, truth;
    double row_spacing = 1, column_spacing = 1;
};

/// Draws a plane with at least `zoom` pixels for each of its own, more along the axis whose voxels are longer.
inline void draw_plane(nn::canvas& to, nn::extent left, nn::extent top, const plane& p, nn::extent rows_each,
                       nn::extent columns_each) {
    const nn::extent height = p.gray.height, width = p.gray.width;
    const auto label = [&](const std::vector<std::int32_t>& of, nn::extent y, nn::extent x) {
        const bool inside = y >= 0 && x >= 0 && y < height && x < width;
        return inside ? of[static_cast<std::size_t>(y * width + x)] : 0;
    };
    for (nn::extent y = 0; y < height; ++y)
        for (nn::extent x = 0; x < width; ++x) {
            const auto level = [&](nn::extent channel) {
                const double value = static_cast<double>(p.gray.at(y, x, p.gray.channels == 3 ? channel : 0));
                return static_cast<unsigned char>(255 * std::clamp(value, 0.0, 1.0) + 0.5);
            };
            nn::color c{level(0), level(1), level(2)};
            const std::int32_t found = label(p.found, y, x);
            // Colors of few outlines: of label 1 orange, of 2 blue ...
            constexpr std::size_t order[] = {1, 0, 2, 3, 4, 5};
            if (found > 0) c = nn::mix(c, nn::palette::series[order[static_cast<std::size_t>(found - 1) % 6]], 0.55);
            to.fill(left + x * columns_each, top + y * rows_each, columns_each, rows_each, c);
        }
    if (p.truth.empty()) return;
    for (nn::extent y = 0; y <= height; ++y)
        for (nn::extent x = 0; x <= width; ++x) {
            const std::int32_t here = label(p.truth, y, x);
            const nn::extent px = left + x * columns_each, py = top + y * rows_each;
            if (y < height && here != label(p.truth, y, x - 1)) to.fill(px, py, 1, rows_each, nn::palette::white);
            if (x < width && here != label(p.truth, y - 1, x)) to.fill(px, py, columns_each, 1, nn::palette::white);
        }
}

/// The plane of a volume across an axis, in the order of the volume, rows turned upside down for slices across height
/// and width, so that the head is on top in LPS.
inline plane plane_of(const nn::volume& image, const nn::label_volume& found, const nn::label_volume& truth,
                      nn::volume_axis axis, nn::extent index) {
    const bool across_depth = axis == nn::volume_axis::depth, across_height = axis == nn::volume_axis::height;
    const auto [along_width, along_height, along_depth] = image.spacing();
    plane p;
    p.row_spacing = across_depth ? along_height : along_depth;
    p.column_spacing = axis == nn::volume_axis::width ? along_height : along_width;
    p.gray.height = across_depth ? image.grid.height : image.grid.depth;
    p.gray.width = axis == nn::volume_axis::width ? image.grid.height : image.grid.width;
    p.gray.channels = image.channels == 3 ? 3 : 1;
    for (nn::extent row = 0; row < p.gray.height; ++row)
        for (nn::extent column = 0; column < p.gray.width; ++column) {
            const nn::extent down = across_depth ? row : p.gray.height - 1 - row;
            const nn::extent z = across_depth ? index : down,
                             y = across_depth    ? down
                                 : across_height ? index
                                                 : column,
                             x = axis == nn::volume_axis::width ? index : column;
            for (nn::extent c = 0; c < p.gray.channels; ++c) p.gray.values.push_back(image.at(z, y, x, c));
            p.found.push_back(found.at(z, y, x));
            if (!truth.values.empty()) p.truth.push_back(truth.at(z, y, x));
        }
    return p;
}

/// The slice across an axis in which most voxels belong to a structure; the middle one where none does.
inline nn::extent fullest_slice(const nn::label_volume& labels, nn::volume_axis axis) {
    std::vector<nn::extent> counts(static_cast<std::size_t>(nn::slice_count(labels.grid, axis)));
    for (nn::extent z = 0; z < labels.grid.depth; ++z)
        for (nn::extent y = 0; y < labels.grid.height; ++y)
            for (nn::extent x = 0; x < labels.grid.width; ++x)
                if (labels.at(z, y, x) > 0)
                    ++counts[static_cast<std::size_t>(axis == nn::volume_axis::depth    ? z
                                                      : axis == nn::volume_axis::height ? y
                                                                                        : x)];
    const auto most = std::max_element(counts.begin(), counts.end());
    return *most > 0 ? most - counts.begin() : static_cast<nn::extent>(counts.size()) / 2;
}

/// Draws a case under a line of text: an image, or the planes across depth, height and width of a volume turned to
/// LPS, as radiology shows it, each where the truth (or what was found) fills most of it.
inline nn::result<nn::canvas> draw_case(const one_case& c, const std::string& caption) {
    auto image = nn::reorient(c.image, "LPS");
    if (!image) return image.error();
    auto found = nn::reorient(c.found, "LPS");
    if (!found) return found.error();
    nn::label_volume truth;
    if (c.known()) {
        auto turned = nn::reorient(c.truth, "LPS");
        if (!turned) return turned.error();
        truth = std::move(*turned);
    }
    if (c.image.grid.depth > 1) {  // an image is shown as it is; of a volume 1 % at both ends is black or white
        std::vector<float> sorted = image->values;
        std::sort(sorted.begin(), sorted.end());
        const float black = sorted[sorted.size() / 100], white = sorted[sorted.size() - 1 - sorted.size() / 100];
        for (float& value : image->values) value = white > black ? (value - black) / (white - black) : 0;
    }
    using axis = nn::volume_axis;
    std::vector<plane> planes;
    for (const axis across : {axis::depth, axis::height, axis::width})
        if (across == axis::depth || c.image.grid.depth > 1)
            planes.push_back(
                plane_of(*image, *found, truth, across, fullest_slice(c.known() ? truth : *found, across)));
    double least = planes[0].row_spacing, longest = 1;
    for (const plane& p : planes) {
        least = std::min({least, p.row_spacing, p.column_spacing});
        longest = std::max({longest, static_cast<double>(p.gray.height), static_cast<double>(p.gray.width)});
    }
    const double zoom = std::max(1.0, std::floor(360 / longest));
    const auto each = [&](double spacing) {
        return std::max<nn::extent>(1, std::lround(zoom * std::min(spacing / least, 8.0)));
    };
    constexpr nn::extent gap = 8, heading = 26;
    nn::extent width = gap, height = 0;
    for (const plane& p : planes) {
        width += p.gray.width * each(p.column_spacing) + gap;
        height = std::max(height, p.gray.height * each(p.row_spacing));
    }
    nn::canvas to(heading + height + gap, std::max(width, nn::text_width(caption) + 2 * gap));
    to.text(gap, 6, caption, nn::palette::ink);
    nn::extent left = gap;
    for (const plane& p : planes) {
        draw_plane(to, left, heading, p, each(p.row_spacing), each(p.column_spacing));
        left += p.gray.width * each(p.column_spacing) + gap;
    }
    return to;
}

}  // namespace segment
