// SPDX-License-Identifier: MIT
/// \file
/// The stages of a pipeline: what can be done to an image or a mask on its way to or from a network, each with its
/// numbers.
#pragma once

#include <array>
#include <cstdint>

#include "ctnn/core/shape.hpp"

namespace ctnn {

/// Which stage. The order is that of stage_rules.
enum class stage_kind : unsigned char {
    resize_nearest,
    resize_linear,
    resize_area,
    min_max,
    z_score,
    clip_percentiles,
    window,
    mean_filter,
    median_filter,
    gaussian_filter,
    equalize_histogram,
    clahe,
    gamma,
    optical_density,
    erode,  // from here on of masks
    dilate,
    open,
    close,
    fill_holes,
    keep_largest
};

/// A stage and its numbers, in the order of its rule; those it does not have are 0.
struct stage {
    stage_kind kind = stage_kind::min_max;
    std::array<double, 3> value{};
    constexpr bool operator==(const stage&) const = default;
};

/// Is it done to a mask? Otherwise to the values of an image.
[[nodiscard]] constexpr bool is_of_masks(stage_kind kind) { return kind >= stage_kind::erode; }

/// The stages as types, each with its numbers by name. The functions of data/preprocess that they stand for say what is
/// done.
///
///     const ctnn::pipeline steps{ctnn::stages::window{.level = 40, .width = 400}, ctnn::stages::median_filter{}};
namespace stages {

/// An axis of extent 0 stays as long as it is.
struct resize_nearest {
    extent height = 0, width = 0, depth = 0;
    constexpr operator stage() const {
        return {stage_kind::resize_nearest,
                {static_cast<double>(height), static_cast<double>(width), static_cast<double>(depth)}};
    }
};
/// An axis of extent 0 stays as long as it is.
struct resize_linear {
    extent height = 0, width = 0, depth = 0;
    constexpr operator stage() const {
        return {stage_kind::resize_linear,
                {static_cast<double>(height), static_cast<double>(width), static_cast<double>(depth)}};
    }
};
/// An axis of extent 0 stays as long as it is.
struct resize_area {
    extent height = 0, width = 0, depth = 0;
    constexpr operator stage() const {
        return {stage_kind::resize_area,
                {static_cast<double>(height), static_cast<double>(width), static_cast<double>(depth)}};
    }
};
struct min_max {
    constexpr operator stage() const { return {stage_kind::min_max}; }
};
struct z_score {
    constexpr operator stage() const { return {stage_kind::z_score}; }
};
struct clip_percentiles {
    double low = 1, high = 99;
    constexpr operator stage() const { return {stage_kind::clip_percentiles, {low, high}}; }
};
struct window {
    double level = 40, width = 400;
    constexpr operator stage() const { return {stage_kind::window, {level, width}}; }
};
struct mean_filter {
    extent size = 3;
    constexpr operator stage() const { return {stage_kind::mean_filter, {static_cast<double>(size)}}; }
};
struct median_filter {
    extent size = 3;
    constexpr operator stage() const { return {stage_kind::median_filter, {static_cast<double>(size)}}; }
};
struct gaussian_filter {
    double sigma = 1;
    constexpr operator stage() const { return {stage_kind::gaussian_filter, {sigma}}; }
};
struct equalize_histogram {
    extent bins = 256;
    constexpr operator stage() const { return {stage_kind::equalize_histogram, {static_cast<double>(bins)}}; }
};
struct clahe {
    extent tiles = 8;
    double clip_limit = 0.01;
    extent bins = 256;
    constexpr operator stage() const {
        return {stage_kind::clahe, {static_cast<double>(tiles), clip_limit, static_cast<double>(bins)}};
    }
};
struct gamma {
    double exponent = 1;
    constexpr operator stage() const { return {stage_kind::gamma, {exponent}}; }
};
struct optical_density {
    double white = 1;
    constexpr operator stage() const { return {stage_kind::optical_density, {white}}; }
};

/// What the stages of masks have in common.
template <stage_kind Kind>
struct of_mask {
    std::int32_t label = 1;
    extent connectivity = 1, iterations = 1;
    constexpr operator stage() const {
        return {Kind, {static_cast<double>(label), static_cast<double>(connectivity), static_cast<double>(iterations)}};
    }
};
using erode = of_mask<stage_kind::erode>;
using dilate = of_mask<stage_kind::dilate>;
using open = of_mask<stage_kind::open>;
using close = of_mask<stage_kind::close>;
using fill_holes = of_mask<stage_kind::fill_holes>;
using keep_largest = of_mask<stage_kind::keep_largest>;

}  // namespace stages

/// One number of a stage: its name, what it is where nothing is said, and its bounds.
struct stage_parameter {
    const char* name = nullptr;
    double otherwise = 0, least = 0, most = 0;
    bool whole = false;
};

/// What a stage is called, and its numbers; those behind the last have no name.
struct stage_rule {
    const char* name;
    std::array<stage_parameter, 3> parameters{};
};

namespace detail {
inline constexpr std::array<stage_parameter, 3> new_extents{
    {{"height", 0, 0, 65536, true}, {"width", 0, 0, 65536, true}, {"depth", 0, 0, 65536, true}}};
inline constexpr std::array<stage_parameter, 3> filter_window{{{"size", 3, 1, 99, true}}};
inline constexpr std::array<stage_parameter, 3> mask_numbers{
    {{"label", 1, 1, 65535, true}, {"connectivity", 1, 1, 3, true}, {"iterations", 1, 0, 1000, true}}};
}  // namespace detail

/// The rule of each stage_kind.
inline constexpr stage_rule stage_rules[] = {
    {"resize_nearest", detail::new_extents},
    {"resize_linear", detail::new_extents},
    {"resize_area", detail::new_extents},
    {"min_max"},
    {"z_score"},
    {"clip_percentiles", {{{"low", 1, 0, 100, false}, {"high", 99, 0, 100, false}}}},
    {"window", {{{"level", 40, -1e9, 1e9, false}, {"width", 400, 1e-9, 1e9, false}}}},
    {"mean_filter", detail::filter_window},
    {"median_filter", detail::filter_window},
    {"gaussian_filter", {{{"sigma", 1, 0, 100, false}}}},
    {"equalize_histogram", {{{"bins", 256, 2, 65536, true}}}},
    {"clahe", {{{"tiles", 8, 1, 64, true}, {"clip_limit", 0.01, 1e-6, 1, false}, {"bins", 256, 2, 4096, true}}}},
    {"gamma", {{{"exponent", 1, 0.01, 100, false}}}},
    {"optical_density", {{{"white", 1, 1e-9, 1e9, false}}}},
    {"erode", detail::mask_numbers},
    {"dilate", detail::mask_numbers},
    {"open", detail::mask_numbers},
    {"close", detail::mask_numbers},
    {"fill_holes", detail::mask_numbers},
    {"keep_largest", detail::mask_numbers}};

[[nodiscard]] constexpr const stage_rule& rule_of(stage_kind kind) { return stage_rules[static_cast<int>(kind)]; }

}  // namespace ctnn
