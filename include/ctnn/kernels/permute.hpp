// SPDX-License-Identifier: MIT
/// \file
/// Exchanges the axes of a value.
#pragma once

#include <cstring>

#include "ctnn/core/call.hpp"
#include "ctnn/core/threads.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// For each of the axes depth, height, width and channels of a result the axis of the input that it is.
struct axis_order {
    int from[4];

    /// The order that leads back.
    [[nodiscard]] constexpr axis_order inverse() const {
        axis_order back{};
        for (int a = 0; a < 4; ++a) back.from[from[a]] = a;
        return back;
    }
};

/// x: (batch, depth, height, width, channels), y: the same elements with axis a being axis order.from[a] of x.
///
/// Where another axis than the channels becomes the channels, tiles of 16 x 16 elements are transposed: their 16 lines
/// of x and 16 of y (64 bytes of float each) stay in the first-level cache until all of each line is used. Parallel
/// over lines of tiles.
template <class T>
void permute_axes(const axis_order& order, const batch_view<const T>& x, const batch_view<T>& y, extent threads) {
    constexpr extent tile = 16;
    const extent x_step[4]{x.step[0], x.step[1], x.step[2], 1};
    // Along `lane`, an axis of y, x is contiguous. The other two axes of positions are walked outside.
    int lane = 2;
    for (int a = 0; a < 3; ++a)
        if (order.from[a] == 3) lane = a;
    const int outer = lane == 0 ? 1 : 0, inner = lane == 2 ? 1 : 2;
    const auto extent_of = [&](int a) { return y.shape.axis[a]; };
    const auto step_of = [&](int a) { return x_step[order.from[a]]; };
    const extent blocks = (extent_of(lane) + tile - 1) / tile, channels = y.shape.channels();
    const extent lines = y.count * extent_of(outer) * extent_of(inner) * blocks;
    const extent work = tile * channels, piece = work < 16384 ? 16384 / work : 1;

    const auto one_line = [&](extent line) {
        const extent first = line % blocks * tile, rest = extent_of(lane) - first, count = rest < tile ? rest : tile;
        const extent j = line / blocks % extent_of(inner), i = line / blocks / extent_of(inner) % extent_of(outer);
        const extent s = line / blocks / extent_of(inner) / extent_of(outer);
        const T* from = x.data + s * x.sample + i * step_of(outer) + j * step_of(inner) + first * step_of(lane);
        T* to = y.data + s * y.sample + i * y.step[outer] + j * y.step[inner] + first * y.step[lane];
        if (order.from[3] == 3) {  // channels stay channels
            for (extent p = 0; p < count; ++p)
                std::memcpy(static_cast<void*>(to + p * y.step[lane]), from + p * step_of(lane),
                            sizeof(T) * static_cast<std::size_t>(channels));
            return;
        }
        for (extent c = 0; c < channels; c += tile) {
            const extent last = channels - c < tile ? channels : c + tile;
            for (extent p = 0; p < count; ++p)
                for (extent k = c; k < last; ++k) to[p * y.step[lane] + k] = from[p + k * step_of(3)];
        }
    };
    parallel_for((lines + piece - 1) / piece, threads, [&](extent n) {
        for (extent line = n * piece; line < lines && line < (n + 1) * piece; ++line) one_line(line);
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
