// SPDX-License-Identifier: MIT
/// \file
/// Where the windows of a network of fixed input lie on a larger image, and what each counts where they overlap.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/core/text.hpp"

namespace ctnn {

/// How overlapping windows become one answer.
enum class blending : unsigned char {
    gaussian,  ///< the middle of a window counts most: a bell whose sigma is an eighth of the window's side
    constant   ///< the mean of the windows
};

/// How a network of fixed input size is moved over an image or a volume.
struct sliding_window_options {
    double overlap = 0.5;  ///< the share of a window that the next one repeats at least, in [0, 1)
    blending blend = blending::gaussian;
    bool flip_depth = false, flip_height = false, flip_width = false;  ///< each doubles the work: the mean with the
                                                                       ///< answer for the mirrored window
    double outside = 0;  ///< what a window reads beyond an image that is smaller than it
};

namespace detail {

/// The windows along one axis. Their weights at a position add up to 1, so that the products over the axes do, too.
struct window_axis {
    extent size = 0, window = 0;
    std::vector<extent> starts;
    std::vector<double> shares;  ///< [window][position inside it]

    /// \pre 0 <= overlap < 1, size and window at least 1
    window_axis(extent of, extent by, double overlap, blending blend) : size(of), window(by) {
        const extent most = static_cast<extent>(static_cast<double>(window) * (1 - overlap));
        const extent step = most < 1 ? 1 : most;
        const extent rest = size - window;
        const extent count = rest > 0 ? (rest + step - 1) / step + 1 : 1;
        for (extent k = 0; k < count; ++k)  // evenly; an image that is smaller lies in the window's middle
            starts.push_back(rest > 0 ? (2 * k * rest + count - 1) / (2 * (count - 1)) : -(-rest / 2));
        std::vector<double> weight(static_cast<std::size_t>(window), 1.0), total(static_cast<std::size_t>(size));
        if (blend == blending::gaussian)
            for (extent i = 0; i < window; ++i) {
                const double away = (2 * static_cast<double>(i) + 1 - static_cast<double>(window)) / 2;
                const double sigmas = 8 * away / static_cast<double>(window);
                weight[static_cast<std::size_t>(i)] = std::exp(-0.5 * sigmas * sigmas);
            }
        for_each_place([&](extent, extent i, extent at) {
            total[static_cast<std::size_t>(at)] += weight[static_cast<std::size_t>(i)];
        });
        shares.assign(starts.size() * weight.size(), 0.0);
        for_each_place([&](extent k, extent i, extent at) {
            shares[static_cast<std::size_t>(k * window + i)] =
                weight[static_cast<std::size_t>(i)] / total[static_cast<std::size_t>(at)];
        });
    }
    [[nodiscard]] extent count() const { return static_cast<extent>(starts.size()); }
    /// The part of window k that lies in the image: positions [first(k), last(k)) of the window.
    [[nodiscard]] extent first(extent k) const { return start(k) < 0 ? -start(k) : 0; }
    [[nodiscard]] extent last(extent k) const { return start(k) + window > size ? size - start(k) : window; }
    [[nodiscard]] extent start(extent k) const { return starts[static_cast<std::size_t>(k)]; }
    [[nodiscard]] double share(extent k, extent i) const { return shares[static_cast<std::size_t>(k * window + i)]; }
    /// Bytes of the two lists.
    [[nodiscard]] extent bytes() const {
        return static_cast<extent>(starts.capacity() * sizeof(extent) + shares.capacity() * sizeof(double));
    }

private:
    template <class Body>
    void for_each_place(const Body& body) const {
        for (extent k = 0; k < count(); ++k)
            for (extent i = first(k); i < last(k); ++i) body(k, i, start(k) + i);
    }
};

[[nodiscard, gnu::cold]] inline error check_sliding_window(const sliding_window_options& options, const dims& image,
                                                           const dims& input) {
    constexpr error_kind invalid = error_kind::invalid_argument;
    if (!(options.overlap >= 0 && options.overlap < 1))
        return {invalid,
                text_of({"sliding window: overlap is ", options.overlap, ", expected a number from 0 to below 1"})};
    if (!std::isfinite(options.outside)) return {invalid, "sliding window: outside is not a finite number"};
    for (int axis = 0; axis < 3; ++axis)
        if (image.axis[axis] < 1) return {invalid, "sliding window: the image has an axis without positions"};
    if (image.channels() != input.channels())
        return {error_kind::shape_mismatch, text_of({"sliding window: an image of ", image.channels(),
                                                     " channels, the network reads ", input.channels()})};
    return {};
}

/// Mirrors [depth][height][width][channels] in place along the axes whose bits are set in `mirror`, depth being bit 0.
template <class T>
void mirror_window(T* values, const dims& of, int mirror) {
    const extent steps[3] = {of.height() * of.width() * of.channels(), of.width() * of.channels(), of.channels()};
    for (int axis = 0; axis < 3; ++axis) {
        if (((mirror >> axis) & 1) == 0) continue;
        const extent step = steps[axis], count = of.axis[axis];
        for (T* block = values; block < values + of.size(); block += step * count)
            for (extent i = 0; i < count / 2; ++i)
                std::swap_ranges(block + i * step, block + (i + 1) * step, block + (count - 1 - i) * step);
    }
}

}  // namespace detail
}  // namespace ctnn
