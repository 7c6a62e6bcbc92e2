// SPDX-License-Identifier: MIT
/// \file
/// Maxima of 2x2 neighbors, as they follow a convolution.
#pragma once

#include "ctnn/kernels/simd.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// x: two rows of 2 * width pixels or one more, `row` and `column` elements apart; y: (width, channels), `y_column`
/// elements from pixel to pixel. NaN wins a maximum.
template <class T>
CTNN_KERNEL void halve_rows(const T* x, extent row, extent column, T* y, extent y_column, extent width,
                            extent channels) {
    for (extent w = 0; w < width; ++w, x += 2 * column, y += y_column) {
        const auto largest = [&](const auto& read) {
            return max(max(read(x), read(x + column)), max(read(x + row), read(x + row + column)));
        };
        extent c = 0;
        for (; c + lanes<T> <= channels; c += lanes<T>)
            store(y + c, largest([&](const T* from) { return load(from + c); }));
        if (c < channels)
            store_partial(y + c, largest([&](const T* from) { return load_partial(from + c, channels - c); }),
                          channels - c);
    }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
