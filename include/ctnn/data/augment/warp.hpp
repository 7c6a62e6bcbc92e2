// SPDX-License-Identifier: MIT
/// \file
/// One resampling of an image, and of its mask: each new pixel looks up where it comes from.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "ctnn/data/preprocess/pixel_view.hpp"

namespace ctnn {

/// Where each pixel of the output lies in the input: at matrix * place + offset, in pixels along (depth, height,
/// width), where whole numbers are the middles of pixels, and `displacement` farther.
struct pixel_map {
    std::array<std::array<double, 3>, 3> matrix{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    std::array<double, 3> offset{};
    const float* displacement = nullptr;  ///< [output position][axis], or none

    /// Is each pixel its own source?
    [[nodiscard]] bool is_identity() const { return displacement == nullptr && same_numbers(pixel_map{}); }
    /// This one after another: output -> first -> this one -> input. \pre neither has a displacement
    [[nodiscard]] pixel_map after(const pixel_map& first) const {
        pixel_map both;
        for (std::size_t r = 0; r < 3; ++r) {
            both.offset[r] = offset[r];
            for (std::size_t c = 0; c < 3; ++c) {
                both.offset[r] += matrix[r][c] * first.offset[c];
                both.matrix[r][c] = 0;
                for (std::size_t k = 0; k < 3; ++k) both.matrix[r][c] += matrix[r][k] * first.matrix[k][c];
            }
        }
        return both;
    }

private:
    [[nodiscard]] bool same_numbers(const pixel_map& other) const {
        return matrix == other.matrix && offset == other.offset;
    }
};

namespace detail {

/// The two pixels of an axis around a place, and the share of the second; `low` is -1 outside a constant border.
struct axis_taps {
    extent low = 0, high = 0;
    float part = 0;
};

/// A place on an axis of one pixel is that pixel: an image has no depth to leave. With a constant border the outermost
/// middles are the end, as in scipy.ndimage's "constant"; 1e-6 beyond them is rounding.
[[nodiscard]] inline axis_taps taps_at(double at, extent size, fill outside) {
    if (size == 1) return {};
    const double last = static_cast<double>(size - 1);
    if (at >= 0 && at < last) {
        const extent low = static_cast<extent>(at);
        return {low, low + 1, static_cast<float>(at - static_cast<double>(low))};
    }
    if (outside == fill::constant) {
        if (!(at >= -1e-6 && at <= last + 1e-6)) return {-1, -1, 0};
        const extent edge = at < 0.5 * last ? 0 : size - 1;
        return {edge, edge, 0};
    }
    if (!(std::abs(at) < 1e9)) at = 0;  // NaN and what no image reaches
    const double low = std::floor(at);
    const extent first = static_cast<extent>(low);
    return {fill_place(first, size, outside), fill_place(first + 1, size, outside), static_cast<float>(at - low)};
}

/// Linear for numbers with a point; for classes the nearer pixel, of equally near ones the second.
template <class T>
void write_warped(const pixel_view<const T>& from, const std::array<axis_taps, 3>& p, T* to) {
    const extent c = from.extents.channels;
    if constexpr (std::is_floating_point_v<T>) {
        const auto plane = [&](extent z, extent k) {
            const T* a = &from.at(z, p[1].low, p[2].low, k);
            const T* b = &from.at(z, p[1].low, p[2].high, k);
            const T* d = &from.at(z, p[1].high, p[2].low, k);
            const T* e = &from.at(z, p[1].high, p[2].high, k);
            const T upper = *a + p[2].part * (*b - *a), lower = *d + p[2].part * (*e - *d);
            return upper + p[1].part * (lower - upper);
        };
        for (extent k = 0; k < c; ++k) {
            const T near = plane(p[0].low, k);
            to[k] = p[0].part == 0 ? near : near + p[0].part * (plane(p[0].high, k) - near);
        }
    } else {
        const auto nearer = [](const axis_taps& a) { return a.part < 0.5f ? a.low : a.high; };
        const T* pixel = &from.at(nearer(p[0]), nearer(p[1]), nearer(p[2]));
        for (extent k = 0; k < c; ++k) to[k] = pixel[k];
    }
}

}  // namespace detail

/// Writes to each pixel of the output what lies at its place in the input: linear between pixels for floating types,
/// the nearest pixel for integers, so that masks stay classes. Output and input may differ in their extents, not in
/// their channels. `outside` says what lies outside the input, `constant` is its value for fill::constant.
/// Equals scipy.ndimage.affine_transform and map_coordinates of order 1 (0 for integers) with the modes nearest,
/// constant, reflect and grid-wrap.
/// \returns invalid_argument for no pixels, shared memory and a map with NaN or infinity, shape_mismatch for another
///          number of channels
template <class T>
[[nodiscard]] error warp(const pixel_view<const T>& from, const pixel_view<T>& to, const pixel_map& map,
                         fill outside = fill::nearest, T constant = T{}) {
    if (error failed = detail::check_pixels("warp", from.extents, from.data)) return failed;
    if (error failed = detail::check_pixels("warp", to.extents, to.data)) return failed;
    if (from.data == to.data) return {error_kind::invalid_argument, "warp: the output needs memory of its own"};
    if (from.extents.channels != to.extents.channels)
        return {error_kind::shape_mismatch,
                detail::text_of({"warp: ", from.extents.channels, " channels, the output has ", to.extents.channels})};
    for (std::size_t r = 0; r < 3; ++r)
        if (!std::isfinite(map.matrix[r][0] + map.matrix[r][1] + map.matrix[r][2] + map.offset[r]))
            return {error_kind::invalid_argument, "warp: the map has NaN or infinity"};
    const std::array<extent, 3> size = from.extents.axes();
    const float* displaced = map.displacement;
    T* next = to.data;
    for (extent z = 0; z < to.extents.depth; ++z)
        for (extent y = 0; y < to.extents.height; ++y) {
            std::array<double, 3> row{};
            for (std::size_t n = 0; n < 3; ++n)
                row[n] = map.matrix[n][0] * static_cast<double>(z) + map.matrix[n][1] * static_cast<double>(y) +
                         map.offset[n];
            for (extent x = 0; x < to.extents.width; ++x, next += to.extents.channels) {
                std::array<detail::axis_taps, 3> taps;
                bool inside = true;
                for (std::size_t n = 0; n < 3; ++n) {
                    double at = row[n] + map.matrix[n][2] * static_cast<double>(x);
                    if (displaced != nullptr) at += static_cast<double>(displaced[n]);
                    taps[n] = detail::taps_at(at, size[n], outside);
                    inside = inside && taps[n].low >= 0;
                }
                if (displaced != nullptr) displaced += 3;
                if (inside)
                    detail::write_warped(from, taps, next);
                else
                    for (extent k = 0; k < to.extents.channels; ++k) next[k] = constant;
            }
        }
    return {};
}

}  // namespace ctnn
