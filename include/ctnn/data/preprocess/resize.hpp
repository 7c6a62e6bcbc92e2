// SPDX-License-Identifier: MIT
/// \file
/// Images and volumes at another number of pixels. All three ways let pixels be areas: pixel i covers [i, i + 1), its
/// middle is i + 0.5, and first and last edge stay where they are. That is PyTorch's align_corners=False, OpenCV's and
/// Pillow's convention, and scipy.ndimage.zoom(grid_mode=True).
#pragma once

#include <algorithm>
#include <vector>

#include "ctnn/data/preprocess/pixel_view.hpp"

namespace ctnn {
namespace detail {

/// One tap of an output place along an axis.
struct resize_tap {
    extent place = 0;
    float weight = 0;
};

/// The taps of all output places along an axis; those of place o are [begin[o], begin[o + 1]).
struct resize_taps {
    std::vector<resize_tap> taps;
    std::vector<std::size_t> begin{0};
    void add(extent place, double weight) { taps.push_back({place, static_cast<float>(weight)}); }
    void close() { begin.push_back(taps.size()); }
};

enum class resize_way : unsigned char { nearest, linear, area };

[[nodiscard]] inline resize_taps taps_of(resize_way way, extent in, extent out) {
    resize_taps taps;
    for (extent o = 0; o < out; ++o) {
        if (way == resize_way::nearest) {
            taps.add((2 * o + 1) * in / (2 * out), 1);
        } else if (way == resize_way::linear) {
            const double scale = static_cast<double>(in) / static_cast<double>(out);
            const double source = (static_cast<double>(o) + 0.5) * scale - 0.5;
            const double at = source < 0                             ? 0
                              : source > static_cast<double>(in - 1) ? static_cast<double>(in - 1)
                                                                     : source;
            const extent low = static_cast<extent>(at);
            const double part = at - static_cast<double>(low);
            taps.add(low, 1 - part);
            if (part > 0) taps.add(low + 1, part);
        } else {
            // Place o covers [o * in, (o + 1) * in) in units of 1 / out of a pixel, so that all bounds are integers.
            const extent first = o * in, end = first + in;
            for (extent i = first / out; i * out < end; ++i) {
                const extent low = i * out > first ? i * out : first, high = (i + 1) * out < end ? (i + 1) * out : end;
                taps.add(i, static_cast<double>(high - low) / static_cast<double>(in));
            }
        }
        taps.close();
    }
    return taps;
}

/// (outer, in, inner) to (outer, out, inner).
inline void resize_axis(const float* from, float* to, extent outer, extent in, extent inner, const resize_taps& taps) {
    for (extent a = 0; a < outer; ++a, from += in * inner)
        for (std::size_t o = 0; o + 1 < taps.begin.size(); ++o, to += inner) {
            const resize_tap* tap = taps.taps.data() + taps.begin[o];
            const float* first = from + tap->place * inner;
            for (extent k = 0; k < inner; ++k) to[k] = tap->weight * first[k];
            for (const resize_tap* end = taps.taps.data() + taps.begin[o + 1]; ++tap < end;) {
                const float* next = from + tap->place * inner;
                for (extent k = 0; k < inner; ++k) to[k] += tap->weight * next[k];
            }
        }
}

[[nodiscard, gnu::cold]] inline error check_resize(const char* function, const pixel_extents& from, const void* in,
                                                   const pixel_extents& to, const void* out) {
    if (error failed = check_pixels(function, from, in)) return failed;
    if (error failed = check_pixels(function, to, out)) return failed;
    if (from.channels != to.channels)
        return {error_kind::shape_mismatch,
                text_of({function, ": ", from.channels, " channels, the output has ", to.channels})};
    return {};
}

/// The last axis first, so that the rows that it shortens are what the others read.
[[nodiscard]] inline error resize_pixels(const char* function, resize_way way, const const_image_view& from,
                                         const image_view& to) {
    if (error failed = check_resize(function, from.extents, from.data, to.extents, to.data)) return failed;
    const std::array<extent, 3> out = to.extents.axes();
    std::array<extent, 3> now = from.extents.axes();
    std::vector<float> values(from.begin(), from.end()), next;
    for (const std::size_t axis : {2U, 1U, 0U}) {
        if (now[axis] == out[axis]) continue;
        const extent in = now[axis];
        extent outer = 1, inner = from.extents.channels;
        for (std::size_t n = 0; n < axis; ++n) outer *= now[n];
        for (std::size_t n = axis + 1; n < 3; ++n) inner *= now[n];
        next.resize(static_cast<std::size_t>(outer * out[axis] * inner));
        resize_axis(values.data(), next.data(), outer, in, inner, taps_of(way, in, out[axis]));
        now[axis] = out[axis];
        values.swap(next);
    }
    std::copy(values.begin(), values.end(), to.data);
    return {};
}

}  // namespace detail

/// The pixel that lies under the middle of each new one, floor((o + 0.5) * in / out): PyTorch's "nearest-exact".
/// For masks: no class appears that was not there. \returns invalid_argument for no pixels, shape_mismatch for another
/// number of channels
template <class T>
[[nodiscard]] error resize_nearest(const pixel_view<const T>& from, const pixel_view<T>& to) {
    const pixel_extents &in = from.extents, &out = to.extents;
    if (error failed = detail::check_resize("resize_nearest", in, from.data, out, to.data)) return failed;
    T* next = to.data;
    for (extent z = 0; z < out.depth; ++z)
        for (extent y = 0; y < out.height; ++y)
            for (extent x = 0; x < out.width; ++x) {
                const T* pixel =
                    &from.at((2 * z + 1) * in.depth / (2 * out.depth), (2 * y + 1) * in.height / (2 * out.height),
                             (2 * x + 1) * in.width / (2 * out.width));
                for (extent c = 0; c < in.channels; ++c) *next++ = pixel[c];
            }
    return {};
}

/// Linear between the middles of pixels (bilinear, trilinear); beyond the outermost middle its value goes on. No
/// antialiasing: where an axis shrinks by more than 2, pixels are skipped. Equals PyTorch's
/// interpolate(mode="bilinear" or "trilinear", align_corners=False). Refuses as resize_nearest().
/// https://pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html
[[nodiscard]] inline error resize_linear(const const_image_view& from, const image_view& to) {
    return detail::resize_pixels("resize_linear", detail::resize_way::linear, from, to);
}

/// The mean of the box that each new pixel covers, parts of pixels counted by their part (OpenCV's INTER_AREA where the
/// image shrinks): the mean of the image stays. Refuses as resize_nearest().
[[nodiscard]] inline error resize_area(const const_image_view& from, const image_view& to) {
    return detail::resize_pixels("resize_area", detail::resize_way::area, from, to);
}

}  // namespace ctnn
