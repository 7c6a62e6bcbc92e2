// SPDX-License-Identifier: MIT
/// \file
/// How sums over the pixels of a batch are cut into partial sums that do not depend on the number of threads.
#pragma once

#include "ctnn/kernels/pixel_runs.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels::detail {

/// Sums over a batch are made of at most so many partial sums, added in one order whatever the number of threads.
inline constexpr extent sum_pieces = 16;
/// Pixels whose sum is made in registers before it is added to the partial sum in memory.
inline constexpr extent sum_block = 64;

/// The pixels of partial sum number i begin at i * size.
[[nodiscard]] constexpr extent piece_size(extent pixels) {
    const extent even = (pixels + sum_pieces - 1) / sum_pieces;
    return even < sum_block ? sum_block : even;
}
[[nodiscard]] constexpr extent piece_count(extent pixels) {
    return (pixels + piece_size(pixels) - 1) / piece_size(pixels);
}
/// How many pixels are in it.
[[nodiscard]] constexpr extent piece_pixels(extent pixels, extent i) {
    const extent size = piece_size(pixels);
    return pixels - i * size < size ? pixels - i * size : size;
}

/// Calls body(first, count) for blocks of pixels that stay in the first-level cache, whatever their channels.
template <class Body>
CTNN_INLINE void for_each_block(extent count, extent channels, const Body& body) {
    const extent block = channels < 128 ? sum_block : sum_block / 4;
    for (extent first = 0; first < count; first += block) body(first, count - first < block ? count - first : block);
}

}  // namespace kernels::detail
}  // namespace CTNN_BACKEND
}  // namespace ctnn
