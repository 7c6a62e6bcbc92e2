// SPDX-License-Identifier: MIT
/// \file
/// Connected components of a class of a mask: numbered, the largest kept, holes filled.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "ctnn/data/preprocess/morphology.hpp"

namespace ctnn {
namespace detail {

/// Numbers the components of `set` from 1 in the order of their first pixels, calls found(component's pixels) for each
/// and returns how many there are. set is 2 afterwards where it was 1.
template <class Found>
extent find_components(pixel_flags& set, const pixel_extents& e, extent connectivity, const Found& found) {
    const std::vector<neighbor_step> steps = neighbor_steps(connectivity);
    extent count = 0;
    std::vector<std::size_t> component;
    for (std::size_t i = 0; i < set.size(); ++i) {
        if (set[i] != 1) continue;
        component.assign(1, i);
        set[i] = 2;
        for (std::size_t next = 0; next < component.size(); ++next)
            for_each_neighbor(e, static_cast<extent>(component[next]), steps, [&](std::size_t n) {
                if (set[n] != 1) return;
                set[n] = 2;
                component.push_back(n);
            });
        ++count;
        found(static_cast<const std::vector<std::size_t>&>(component));
    }
    return count;
}

}  // namespace detail

/// Writes the number of its component at each pixel of options.label, 1 for the one that comes first in memory, and 0
/// elsewhere, and returns how many components there are. options.iterations is not read.
/// Equals scipy.ndimage.label.
/// \returns shape_mismatch for other extents, and as erode()
[[nodiscard]] inline result<extent> connected_components(const const_mask_view& from, const mask_view& to,
                                                         const morphology_options& options = {}) {
    if (error failed = detail::check_morphology("connected_components", from, options)) return failed;
    if (!(from.extents == to.extents))
        return error(error_kind::shape_mismatch, "connected_components: input and output differ in their extents");
    detail::pixel_flags set = detail::foreground_of(from, options.label);
    std::fill(to.begin(), to.end(), 0);
    std::int32_t number = 0;
    return detail::find_components(set, from.extents, options.connectivity, [&](const auto& component) {
        ++number;
        for (const std::size_t i : component) to.data[i] = number;
    });
}

/// Leaves the largest component of options.label, of equal ones the first in memory; the others become 0. Refuses as
/// erode().
[[nodiscard]] inline error keep_largest_component(const mask_view& mask, const morphology_options& options = {}) {
    if (error failed = detail::check_morphology("keep_largest_component", mask, options)) return failed;
    detail::pixel_flags set = detail::foreground_of(mask, options.label);
    std::vector<std::size_t> largest;
    detail::find_components(set, mask.extents, options.connectivity, [&](const auto& component) {
        if (component.size() > largest.size()) largest = component;
    });
    std::fill(set.begin(), set.end(), static_cast<unsigned char>(0));
    for (const std::size_t i : largest) set[i] = 1;
    detail::write_foreground(set, mask, options.label);
    return {};
}

/// Gives options.label to the background that cannot be left for the border without crossing the label; other classes
/// inside stay. Two background pixels are connected as options.connectivity says.
/// Equals scipy.ndimage.binary_fill_holes. Refuses as erode().
[[nodiscard]] inline error fill_holes(const mask_view& mask, const morphology_options& options = {}) {
    if (error failed = detail::check_morphology("fill_holes", mask, options)) return failed;
    const pixel_extents& e = mask.extents;
    detail::pixel_flags set = detail::foreground_of(mask, options.label);
    for (unsigned char& one : set) one = 1 - one;
    const auto at_border = [&](std::size_t i) {
        const auto at = static_cast<extent>(i);
        const extent x = at % e.width, y = at / e.width % e.height, z = at / (e.width * e.height);
        // An image has no border above and below it.
        return x == 0 || x == e.width - 1 || y == 0 || y == e.height - 1 ||
               (e.depth > 1 && (z == 0 || z == e.depth - 1));
    };
    detail::find_components(set, e, options.connectivity, [&](const auto& component) {
        if (std::any_of(component.begin(), component.end(), at_border)) return;
        for (const std::size_t i : component)
            if (mask.data[i] == 0) mask.data[i] = options.label;
    });
    return {};
}

}  // namespace ctnn
