// SPDX-License-Identifier: MIT
/// \file
/// Does what a pipeline says.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ctnn/core/pipeline.hpp"
#include "ctnn/data/preprocess/components.hpp"
#include "ctnn/data/preprocess/filter.hpp"
#include "ctnn/data/preprocess/histogram.hpp"
#include "ctnn/data/preprocess/resize.hpp"

namespace ctnn {
namespace detail {

/// The extents after a stage of resizing; 0 leaves an axis as it is.
[[nodiscard]] inline pixel_extents resized_extents(const pixel_extents& from, const stage& step) {
    const auto taken = [&](std::size_t n, extent otherwise) {
        const auto size = static_cast<extent>(step.value[n]);
        return size > 0 ? size : otherwise;
    };
    return {taken(2, from.depth), taken(0, from.height), taken(1, from.width), from.channels};
}

/// The stages that need an output beside their input.
[[nodiscard]] inline error apply_elsewhere(const stage& step, pixel_extents& extents, std::vector<float>& values) {
    const bool filters = step.kind == stage_kind::median_filter;
    const pixel_extents size = filters ? extents : resized_extents(extents, step);
    if (static_cast<double>(size.depth) * static_cast<double>(size.height) * static_cast<double>(size.width) > 1e9)
        return {error_kind::too_large, text_of({"an image of ", size.depth, " x ", size.height, " x ", size.width,
                                                " pixels is beyond 1e9 pixels"})};
    std::vector<float> next(static_cast<std::size_t>(size.size()));
    const const_image_view from(extents, values.data());
    const image_view to(size, next.data());
    if (error failed = filters ? median_filter(from, to, static_cast<extent>(step.value[0]))
                       : step.kind == stage_kind::resize_nearest ? resize_nearest(from, to)
                       : step.kind == stage_kind::resize_linear  ? resize_linear(from, to)
                                                                 : resize_area(from, to))
        return failed;
    extents = size;
    values = std::move(next);
    return {};
}

[[nodiscard]] inline error apply_stage(const stage& step, pixel_extents& extents, std::vector<float>& values) {
    const image_view image(extents, values.data());
    const std::array<double, 3>& v = step.value;
    switch (step.kind) {
        case stage_kind::resize_nearest:
        case stage_kind::resize_linear:
        case stage_kind::resize_area:
        case stage_kind::median_filter:
            return apply_elsewhere(step, extents, values);
        case stage_kind::min_max:
            return normalize_min_max(image);
        case stage_kind::z_score:
            return normalize_z_score(image);
        case stage_kind::clip_percentiles:
            return clip_percentiles(image, v[0], v[1]);
        case stage_kind::window:
            return apply_window(image, v[0], v[1]);
        case stage_kind::mean_filter:
            return mean_filter(image, static_cast<extent>(v[0]));
        case stage_kind::gaussian_filter:
            return gaussian_filter(image, v[0]);
        case stage_kind::equalize_histogram:
            return equalize_histogram(image, static_cast<extent>(v[0]));
        case stage_kind::clahe:
            return equalize_adaptive(image, {static_cast<extent>(v[0]), v[1], static_cast<extent>(v[2])});
        case stage_kind::gamma:
            return adjust_gamma(image, v[0]);
        case stage_kind::optical_density:
            return optical_density(image, v[0]);
        default:
            return {error_kind::invalid_argument, "is done to masks, and this is an image"};
    }
}

[[nodiscard]] inline error apply_stage(const stage& step, const mask_view& mask) {
    const morphology_options by{static_cast<std::int32_t>(step.value[0]), static_cast<extent>(step.value[1]),
                                static_cast<extent>(step.value[2])};
    switch (step.kind) {
        case stage_kind::erode:
            return erode(mask, by);
        case stage_kind::dilate:
            return dilate(mask, by);
        case stage_kind::open:
            return open_mask(mask, by);
        case stage_kind::close:
            return close_mask(mask, by);
        case stage_kind::fill_holes:
            return fill_holes(mask, by);
        case stage_kind::keep_largest:
            return keep_largest_component(mask, by);
        default:
            return {error_kind::invalid_argument, "is done to images, and this is a mask"};
    }
}

/// Does all stages, and says in which one failed.
template <class Step>
[[nodiscard]] error apply_all(const pipeline& by, const Step& done) {
    if (error failed = ctnn::check(by)) return failed;
    for (std::size_t i = 0; i < by.steps.size(); ++i)
        if (error failed = done(by.steps[i]))
            return {failed.kind(),
                    text_of({"pipeline: stage ", i + 1, ", ", rule_of(by.steps[i].kind).name, ": ", failed.message()})};
    return {};
}

}  // namespace detail

/// Does a pipeline to an image or a volume in place; stages of resizing change extents and values.
/// \returns what the function of a stage refuses, with the stage's number and name; invalid_argument for numbers
///          outside their bounds, for a stage of masks, and for values that are no whole image
[[nodiscard]] inline error apply(const pipeline& by, pixel_extents& extents, std::vector<float>& values) {
    if (static_cast<extent>(values.size()) != extents.size())
        return {error_kind::shape_mismatch,
                detail::text_of({"pipeline: ", values.size(), " values for an image of ", extents.size()})};
    return detail::apply_all(by, [&](const stage& step) { return detail::apply_stage(step, extents, values); });
}

/// Does a pipeline to a mask in place. Refuses likewise, and stages of images.
[[nodiscard]] inline error apply(const pipeline& by, const mask_view& mask) {
    return detail::apply_all(by, [&](const stage& step) { return detail::apply_stage(step, mask); });
}

}  // namespace ctnn
