// SPDX-License-Identifier: MIT
/// \file
/// Puts a border around positions and takes one off, forward and backward.
#pragma once

#include <cstring>

#include "ctnn/core/call.hpp"
#include "ctnn/core/position_options.hpp"
#include "ctnn/kernels/channel_vectors.hpp"
#include "ctnn/kernels/position_rows.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// What stands around the input, and how many positions of it in front of each axis.
struct border_rule {
    surrounding outside;
    double value;  ///< of a constant
    extent before[3];
};

/// The input position that stands at `i` of an axis of n positions, i counted from the input's first; -1: none.
[[nodiscard]] CTNN_INLINE extent position_behind(surrounding outside, extent i, extent n) {
    if (i >= 0 && i < n) return i;
    if (outside == surrounding::reflect) return i < 0 ? -i : 2 * (n - 1) - i;
    if (outside == surrounding::edge) return i < 0 ? 0 : n - 1;
    if (outside == surrounding::wrap) return i < 0 ? i + n : i - n;
    return -1;
}

namespace detail {

/// `count` pixels of `channels` from x to y.
template <class T>
void copy_pixels(const T* x, extent x_step, T* y, extent y_step, extent count, extent channels) {
    const bool gaps = x_step != channels || y_step != channels;
    const extent runs = gaps ? count : 1;
    const auto bytes = sizeof(T) * static_cast<std::size_t>(gaps ? channels : count * channels);
    for (extent i = 0; i < runs; ++i) std::memcpy(static_cast<void*>(y + i * y_step), x + i * x_step, bytes);
}

/// `count` pixels of one number.
template <class T>
CTNN_KERNEL void fill_pixels(T* y, extent y_step, extent count, extent channels, T value) {
    for (extent i = 0; i < count; ++i, y += y_step)
        for_each_channel_vector<T>(channels, [&](extent c, auto, auto write) { write(y + c, vec<T>(value)); });
}

/// Adds `count` pixels of y to those of x.
template <class T>
CTNN_KERNEL void add_pixels(const T* y, extent y_step, T* x, extent x_step, extent count, extent channels) {
    for (extent i = 0; i < count; ++i, y += y_step, x += x_step)
        for_each_channel_vector<T>(channels,
                                   [&](extent c, auto read, auto write) { write(x + c, read(x + c) + read(y + c)); });
}

/// Calls body(o) for every output position of an axis that shows input position i, in order: itself, and its images in
/// the border.
template <class Body>
void for_each_image(surrounding outside, extent before, extent n, extent out, extent i, const Body& body) {
    for (extent o = 0; o < before; ++o)
        if (position_behind(outside, o - before, n) == i) body(o);
    body(before + i);
    for (extent o = before + n; o < out; ++o)
        if (position_behind(outside, o - before, n) == i) body(o);
}

}  // namespace detail

/// x: (batch, depth, height, width, channels), y: the same with a border. Parallel over output rows.
template <class T>
void pad_forward(const border_rule& rule, const batch_view<const T>& x, const batch_view<T>& y, extent threads) {
    const extent width = x.shape.width(), channels = x.shape.channels(), left = rule.before[2];
    const T value = static_cast<T>(rule.value);
    for_each_position_row(
        y.shape, y.count, y.shape.width() * y.shape.channels(), threads, [&](extent s, extent d, extent h) {
            const extent from_d = position_behind(rule.outside, d - rule.before[0], x.shape.depth());
            const extent from_h = position_behind(rule.outside, h - rule.before[1], x.shape.height());
            T* to = y.at(s, d, h, 0);
            if (from_d < 0 || from_h < 0) return detail::fill_pixels(to, y.step[2], y.shape.width(), channels, value);
            const T* from = x.at(s, from_d, from_h, 0);
            detail::copy_pixels(from, x.step[2], to + left * y.step[2], y.step[2], width, channels);
            const auto side = [&](extent first, extent last) {
                if (rule.outside == surrounding::constant)
                    return detail::fill_pixels(to + first * y.step[2], y.step[2], last - first, channels, value);
                for (extent o = first; o < last; ++o) {
                    const extent pixel = position_behind(rule.outside, o - left, width);
                    detail::copy_pixels(from + pixel * x.step[2], x.step[2], to + o * y.step[2], y.step[2], 1,
                                        channels);
                }
            };
            side(0, left);
            side(left + width, y.shape.width());
        });
}

/// dx = the sum of dy over the images of each position, in the order of memory, but its own column's first. Parallel
/// over input rows.
template <class T>
void pad_backward(const border_rule& rule, const batch_view<const T>& dy, const batch_view<T>& dx, extent threads) {
    const dims &in = dx.shape, &out = dy.shape;
    const extent width = in.width(), channels = in.channels(), left = rule.before[2], step = dy.step[2];
    for_each_position_row(
        dx.shape, dx.count, dx.shape.width() * dx.shape.channels(), threads, [&](extent s, extent d, extent h) {
            T* to = dx.at(s, d, h, 0);
            bool begun = false;
            const auto add_row = [&](const T* from) {
                if (begun)
                    detail::add_pixels(from + left * step, step, to, dx.step[2], width, channels);
                else
                    detail::copy_pixels(from + left * step, step, to, dx.step[2], width, channels);
                begun = true;
                const auto side = [&](extent first, extent last) {
                    for (extent o = first; o < last; ++o) {
                        const extent pixel = position_behind(rule.outside, o - left, width);
                        detail::add_pixels(from + o * step, step, to + pixel * dx.step[2], dx.step[2], 1, channels);
                    }
                };
                if (rule.outside == surrounding::constant) return;
                side(0, left);
                side(left + width, out.width());
            };
            detail::for_each_image(rule.outside, rule.before[0], in.depth(), out.depth(), d, [&](extent od) {
                detail::for_each_image(rule.outside, rule.before[1], in.height(), out.height(), h,
                                       [&](extent oh) { add_row(dy.at(s, od, oh, 0)); });
            });
        });
}

/// y = x without its border, whose width in front of each axis is `before`. Parallel over output rows.
template <class T>
void crop_forward(const extent (&before)[3], const batch_view<const T>& x, const batch_view<T>& y, extent threads) {
    for_each_position_row(y.shape, y.count, y.shape.width() * y.shape.channels(), threads,
                          [&](extent s, extent d, extent h) {
                              detail::copy_pixels(x.at(s, d + before[0], h + before[1], before[2]), x.step[2],
                                                  y.at(s, d, h, 0), y.step[2], y.shape.width(), y.shape.channels());
                          });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
