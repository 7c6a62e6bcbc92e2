// SPDX-License-Identifier: MIT
/// \file
/// Morphology of one class of a mask, in 2-D and 3-D, in place: erode, dilate, open, close.
///
/// The pixels of `label` are the foreground; those that it loses become 0, and it grows over pixels of 0 alone, so that
/// other classes stay as they are. What is outside the mask neither grows into it nor eats at it: an organ that the
/// image cuts off keeps its cut (scikit-image's convention).
#pragma once

#include <cstdint>
#include <vector>

#include "ctnn/data/preprocess/pixel_view.hpp"

namespace ctnn {

/// Which pixels are next to each other, and how often a mask is eroded or dilated.
struct morphology_options {
    std::int32_t label = 1;   ///< the class that is changed; not 0
    extent connectivity = 1;  ///< neighbors share a face (1), an edge (2) or a corner (3); an image has no more than 2
    extent iterations = 1;    ///< 0 to 1000
};

namespace detail {

[[nodiscard, gnu::cold]] inline error check_mask(const char* function, const const_mask_view& mask) {
    if (error failed = check_pixels(function, mask.extents, mask.data)) return failed;
    if (mask.extents.channels == 1) return {};
    return {error_kind::invalid_argument,
            text_of({function, ": a mask of ", mask.extents.channels, " channels, expected 1"})};
}

[[nodiscard, gnu::cold]] inline error check_morphology(const char* function, const const_mask_view& mask,
                                                       const morphology_options& options) {
    if (error failed = check_mask(function, mask)) return failed;
    if (options.label == 0) return {error_kind::invalid_argument, text_of({function, ": label 0 is the background"})};
    if (error failed = check_between(function, "iterations", static_cast<double>(options.iterations), 0, 1000))
        return failed;
    return check_between(function, "connectivity", static_cast<double>(options.connectivity), 1, 3);
}

/// The steps to all neighbors.
struct neighbor_step {
    extent z = 0, y = 0, x = 0;
};
[[nodiscard]] inline std::vector<neighbor_step> neighbor_steps(extent connectivity) {
    std::vector<neighbor_step> steps;
    for (extent z = -1; z <= 1; ++z)
        for (extent y = -1; y <= 1; ++y)
            for (extent x = -1; x <= 1; ++x)
                if (const extent apart = z * z + y * y + x * x; apart > 0 && apart <= connectivity)
                    steps.push_back({z, y, x});
    return steps;
}

using pixel_flags = std::vector<unsigned char>;

/// Calls visit(index of the neighbor) for each neighbor inside the mask.
template <class Visit>
void for_each_neighbor(const pixel_extents& e, extent at, const std::vector<neighbor_step>& steps, const Visit& visit) {
    const extent x = at % e.width, y = at / e.width % e.height, z = at / (e.width * e.height);
    for (const neighbor_step& step : steps) {
        const extent k = z + step.z, j = y + step.y, i = x + step.x;
        if (k >= 0 && k < e.depth && j >= 0 && j < e.height && i >= 0 && i < e.width)
            visit(static_cast<std::size_t>((k * e.height + j) * e.width + i));
    }
}

/// Every pixel with a neighbor of `value` takes it, `iterations` times: dilation for 1, erosion for 0.
inline void spread(pixel_flags& set, unsigned char value, const pixel_extents& e, const morphology_options& options) {
    const std::vector<neighbor_step> steps = neighbor_steps(options.connectivity);
    std::vector<std::size_t> edge, next;  // what changed last: nothing else can change more
    for (std::size_t i = 0; i < set.size(); ++i)
        if (set[i] == value) edge.push_back(i);
    for (extent n = 0; n < options.iterations && !edge.empty(); ++n) {
        next.clear();
        for (const std::size_t at : edge)
            for_each_neighbor(e, static_cast<extent>(at), steps, [&](std::size_t i) {
                if (set[i] == value) return;
                set[i] = value;
                next.push_back(i);
            });
        edge.swap(next);
    }
}

[[nodiscard]] inline pixel_flags foreground_of(const const_mask_view& mask, std::int32_t label) {
    pixel_flags set;
    for (const std::int32_t one : mask) set.push_back(one == label ? 1 : 0);
    return set;
}
inline void write_foreground(const pixel_flags& set, const mask_view& mask, std::int32_t label) {
    for (std::size_t i = 0; i < set.size(); ++i) {
        if (set[i] == 0 && mask.data[i] == label) mask.data[i] = 0;
        if (set[i] == 1 && mask.data[i] == 0) mask.data[i] = label;
    }
}

/// One spreading, or two.
[[nodiscard]] inline error morph(const char* function, const mask_view& mask, const morphology_options& options,
                                 unsigned char first, bool and_back) {
    if (error failed = check_morphology(function, mask, options)) return failed;
    pixel_flags set = foreground_of(mask, options.label);
    spread(set, first, mask.extents, options);
    if (and_back) spread(set, 1 - first, mask.extents, options);
    write_foreground(set, mask, options.label);
    return {};
}

}  // namespace detail

/// Removes the pixels of the label that have a neighbor of another class.
/// \returns invalid_argument for options outside their range, more than one channel and no pixels
[[nodiscard]] inline error erode(const mask_view& mask, const morphology_options& options = {}) {
    return detail::morph("erode", mask, options, 0, false);
}
/// Adds the background pixels that have a neighbor of the label. Refuses as erode().
[[nodiscard]] inline error dilate(const mask_view& mask, const morphology_options& options = {}) {
    return detail::morph("dilate", mask, options, 1, false);
}
/// Erodes, then dilates: removes what is thin. Refuses as erode().
[[nodiscard]] inline error open_mask(const mask_view& mask, const morphology_options& options = {}) {
    return detail::morph("open_mask", mask, options, 0, true);
}
/// Dilates, then erodes: closes what is narrow. Refuses as erode().
[[nodiscard]] inline error close_mask(const mask_view& mask, const morphology_options& options = {}) {
    return detail::morph("close_mask", mask, options, 1, true);
}

}  // namespace ctnn
