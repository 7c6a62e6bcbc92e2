// SPDX-License-Identifier: MIT
/// \file
/// The geometry of a convolution as run-time numbers, and the register tile that is chosen for it at compile time.
#pragma once

#include "ctnn/core/operation.hpp"
#include "ctnn/core/storage.hpp"
#include "ctnn/kernels/simd.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// A correlation over up to three axes (depth, height, width), channels last. Every number is in elements:
/// y[p][f] = bias[f] + sum over taps k and channels c of x[p * in_step + k * tap_step + c] * w[k][c][f].
/// Stride and dilation are part of in_step and tap_step, padding is a zero border in x; x points at the first tap of
/// the first position. Both gradients are this loop as well, with the operands exchanged.
struct correlation {
    extent positions[3]{1, 1, 1};
    extent in_step[3]{};   ///< of x, from one position to the next
    extent out_step[3]{};  ///< of y
    extent add_step[3]{};  ///< of the addend
    extent taps[3]{1, 1, 1};
    extent tap_step[3]{};  ///< of x, from one tap to the next
    extent channels = 1;   ///< of one group
    extent filters = 1;    ///< of one group
    extent groups = 1;
    activation_numbers numbers{};

    /// Of depth and height: position p and tap k read row row_first + p * row_step + k * row_tap of x; the rows outside
    /// [0, row_count) are zeros of the border, whose products are skipped. row_count 0: nothing is known.
    extent row_first[2]{}, row_step[2]{}, row_tap[2]{}, row_count[2]{};

    /// The same with one run of channels where the taps of a row lie side by side.
    [[nodiscard]] constexpr correlation with_joined_taps() const {
        correlation g = *this;
        if (tap_step[2] == channels) {
            g.channels *= g.taps[2];
            g.taps[2] = 1;
        }
        return g;
    }
    [[nodiscard]] constexpr extent rows() const { return positions[0] * positions[1]; }
    [[nodiscard]] constexpr extent tap_count() const { return taps[0] * taps[1] * taps[2]; }
    /// The first (`last` false) tap of an axis whose row of x exists, or the end of the last one, for a position.
    [[nodiscard]] constexpr extent tap_limit(int axis, extent position, bool last) const {
        const auto exists = [&](extent tap) {
            const extent row = row_first[axis] + position * row_step[axis] + tap * row_tap[axis];
            return row_count[axis] == 0 || (row >= 0 && row < row_count[axis]);
        };
        extent begin = 0, end = taps[axis];
        while (begin < end && !exists(begin)) ++begin;
        if (!last) return begin;
        while (end > begin && !exists(end - 1)) --end;
        return end;
    }
    /// Multiply-adds of one row of one sample.
    [[nodiscard]] constexpr extent row_work() const { return positions[2] * tap_count() * channels * filters * groups; }
};

/// What is code in the kernels; all else is run-time numbers. A tile of `pixels` x `vectors` sums stays in registers.
struct key {
    extent pixels = 1;       ///< positions of a tile
    extent rest = 0;         ///< positions of a row's last tile; 0: the last tile overlaps the one before it
    extent vectors = 1;      ///< vectors of filters of a tile
    extent last = 0;         ///< vectors of the last block of filters; 0: as many as of the others
    bool partial = false;    ///< the very last vector has fewer filters than lanes
    bool depthwise = false;  ///< one channel and one filter a group: depthwise.hpp, whose tiles need no key
    bool narrow = false;     ///< few filters: narrow_convolution.hpp, whose tiles need no key
    bool dense = false;      ///< one position, no window: dense.hpp, whose tiles need no key
    bool long_rows = false;  ///< of the weights' gradient: a row may be too long for the second-level cache
    bool halved = false;     ///< stores the maxima of 2x2 neighbors
    bool coarse = false;     ///< some channels of a Winograd convolution come from an image of half the size
    extent winograd = 0;     ///< outputs of a Winograd tile along an axis, `pixels` being tiles; 0: direct
    ctnn::activation activation = ctnn::activation::none;
    constexpr bool operator==(const key&) const = default;
};

/// How many vectors the filters of a group fill, the last one perhaps in part.
template <class T>
[[nodiscard]] constexpr extent vector_count(extent filters) {
    return (filters + lanes<T> - 1) / lanes<T>;
}

/// The tile for rows of `width` positions and `filters` filters: the one that needs the fewest cycles by this count:
/// one cycle for a multiply-add, but at least 10 for a step (two pipelines with a latency of five), and at least one
/// for each load; a sixteenth for each load on top prefers the squarer of two equal tiles. Overlap is allowed when it
/// wastes less than one position in 24, because every other remainder is one more piece of code to compile;
/// `always_overlap` asks for it everywhere, so that one tile serves rows of several widths, none below `width`.
template <class T>
[[nodiscard]] constexpr key choose_tile(extent width, extent filters, bool always_overlap = false) {
    const extent total = vector_count<T>(filters);
    key best;
    extent least = 0;
    for (extent vectors = 1; vectors <= (total < 4 ? total : 4); ++vectors) {
        extent most = (registers - 1 - vectors) / vectors;
        if (most > 14) most = 14;
        const extent tiles = (width + most - 1) / most;
        const extent pixels = (width + tiles - 1) / tiles;
        const auto cycles = [](extent p, extent v) {
            const extent loads = p + v, sums = p * v;
            const extent step = sums > loads ? sums : loads;
            return (step > 10 ? step : 10) * 16 + loads;
        };
        const extent rest = width % pixels;
        const bool overlap = rest != 0 && (always_overlap || (pixels - rest) * 24 <= width);
        const auto row = [&](extent v) {
            const extent whole = width / pixels * cycles(pixels, v);
            return rest == 0 ? whole : whole + cycles(overlap ? pixels : rest, v);
        };
        const extent last = total % vectors;
        const extent cost = total / vectors * row(vectors) + (last != 0 ? row(last) : 0);
        if (least != 0 && cost >= least) continue;
        least = cost;
        best.pixels = pixels;
        best.rest = overlap ? 0 : rest;
        best.vectors = vectors;
        best.last = last;
    }
    best.partial = filters % lanes<T> != 0;
    return best;
}

/// Packed weights of one group, without bias: blocks of filters, each [tap][channel][filters of the block], zero
/// padded. Filters are rounded up to 16 so that the size does not depend on the instruction set.
[[nodiscard]] constexpr extent packed_group(extent taps, extent channels, extent filters) {
    return taps * channels * round_up(filters);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
