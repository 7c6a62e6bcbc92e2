// SPDX-License-Identifier: MIT
/// \file
/// Winograd convolution, channels last: tiles of inputs are transformed, multiplied channel by channel, and summed.
#pragma once

#include "ctnn/kernels/correlation.hpp"
#include "ctnn/kernels/winograd_transform.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// A correlation with 3x3 taps over height and width and any number over depth, stride 1, as run-time numbers.
struct winograd_sizes {
    extent positions[3]{1, 1, 1};  ///< of the output
    extent taps = 1;               ///< of depth
    extent channels = 1, filters = 1;
    extent tiles[2]{1, 1};  ///< along height and width
    extent block = 1;       ///< tiles that are worked on together
    activation_numbers numbers{};
    /// Output depth d and tap k read depth first_depth + d + k of x; what is outside [0, depths) is zero.
    extent first_depth = 0, depths = 1;
    extent readable[2]{};  ///< rows and columns of x, with its border, from the first tap of the first position on
};

/// Channels [first, first + count) of the input: where tiles find them, and the steps of a row and of a column.
struct winograd_channels {
    extent first = 0, count = 1;
    extent depth = 0;  ///< elements from where the tiles begin
    extent row = 0, column = 0;
};

/// Where one tile lies.
template <class T>
struct winograd_tile {
    const T* x = nullptr;       ///< its first input, at depth 0
    extent rows = 0;            ///< how many of its rows of x may be read, at most Outputs + 2
    extent columns = 0;         ///< and columns; the others count as zeros, and only outputs that do not exist see them
    const T* coarse = nullptr;  ///< the pixel of the image of half the size that its first input repeats
    T* y = nullptr;             ///< its first output, at depth 0
    const T* add = nullptr;     ///< what is added to it, at depth 0, or null
    extent out_rows = 0, out_columns = 0;  ///< how many of its outputs exist, at most Outputs
};

/// Elements between the planes of one point of the transform: `size`, plus a cache line, because planes at a distance
/// of a power of two would fall into the same few sets of the cache.
[[nodiscard]] constexpr extent winograd_plane(extent size) { return size + 16; }

/// Elements of a block of transformed inputs of one depth, [point][tile][channels rounded up to 16].
[[nodiscard]] constexpr extent winograd_slice(extent outputs, extent block, extent channels) {
    return (outputs + 2) * (outputs + 2) * winograd_plane(block * round_up(channels));
}

/// The most filters that are summed at a time: four of the widest vectors.
inline constexpr extent winograd_filters = 64;

/// Elements of scratch memory of one thread: a slice for each tap of depth, and products [point][tile][filter].
[[nodiscard]] constexpr extent winograd_scratch(extent outputs, extent block, extent taps, extent channels,
                                                extent filters) {
    const extent width = round_up(filters) < winograd_filters ? round_up(filters) : winograd_filters;
    return taps * winograd_slice(outputs, block, channels) +
           (outputs + 2) * (outputs + 2) * winograd_plane(block * width);
}

namespace detail {

/// B' d B of one tile and one vector of channels; `row` and `column` are the steps of x, `plane` that of the points.
/// With Doubled every pixel counts twice along both axes, but the first row and column, which a border has put before
/// an even position, and the last ones count once: 4 by 4 pixels make 6 by 6.
/// Loops over columns and rows: unrolled they are no faster, because 36 vectors do not fit into 32 registers, and cost
/// the compiler six times as much.
template <extent Outputs, bool Doubled, class T>
CTNN_INLINE void transform_input(const T* from, extent row, extent column, T* to, extent plane) {
    constexpr extent size = Outputs + 2, pixels = Doubled ? Outputs / 2 + 2 : size;
    constexpr unsigned count = static_cast<unsigned>(size);
    vec<T> half[count][count], d[count], points[count];
    for (extent j = 0; j < pixels; ++j) {
        if constexpr (Doubled) {
            unroll<pixels>([&](auto i) {
                const vec<T> pixel = load(from + i * row + j * column);
                if constexpr (i > 0) d[2 * i - 1] = pixel;
                if constexpr (2 * i < size) d[2 * i] = pixel;
            });
        } else {
            unroll<size>([&](auto i) { d[i] = load(from + i * row + j * column); });
        }
        winograd_transform<Outputs>::input(d, points);
        if constexpr (Doubled) {
            if (j > 0) unroll<size>([&](auto i) { half[i][2 * j - 1] = points[i]; });
            if (2 * j < size) unroll<size>([&](auto i) { half[i][2 * j] = points[i]; });
        } else {
            unroll<size>([&](auto i) { half[i][j] = points[i]; });
        }
    }
    for (extent i = 0; i < size; ++i, to += size * plane) {
        winograd_transform<Outputs>::input(half[i], points);
        unroll<size>([&](auto j) { store(to + j * plane, points[j]); });
    }
}

}  // namespace detail

/// Transforms some channels of the inputs of `count` tiles at one depth to [point][tile][channels rounded up to 16];
/// with Doubled those of an image of half the size. A tile that reaches over the end of x, and the last channels where
/// they do not fill a vector, are copied first, so that nothing outside is read.
template <extent Outputs, bool Doubled, class T>
CTNN_KERNEL void winograd_input(const winograd_sizes& g, const winograd_tile<T>* tiles, extent count,
                                const winograd_channels& x, T* to) {
    constexpr extent size = Outputs + 2, pixels = Doubled ? Outputs / 2 + 2 : size;
    const extent width = round_up(g.channels), plane = winograd_plane(g.block * width);
    alignas(alignment) T copy[static_cast<unsigned>(pixels * pixels * lanes<T>)];
    for (extent t = 0; t < count; ++t) {
        const winograd_tile<T>& tile = tiles[t];
        const bool inside = tile.rows == size && tile.columns == size;
        for (extent c = 0; c < x.count; c += lanes<T>) {
            const extent rest = x.count - c;
            const T* from = (Doubled ? tile.coarse : tile.x) + x.depth + c;
            extent row = x.row, column = x.column;
            if (!inside || rest < lanes<T>) {
                const auto first = [](extent i) {
                    return Doubled ? 2 * i - 1 : i;
                };  // row or column that it stands for
                for (extent i = 0; i < pixels; ++i)
                    for (extent j = 0; j < pixels; ++j) {
                        const T* at = from + i * row + j * column;
                        vec<T> value = T(0);
                        if (first(i) < tile.rows && first(j) < tile.columns)
                            value = rest < lanes<T> ? load_partial(at, rest) : load(at);
                        store(copy + (i * pixels + j) * lanes<T>, value);
                    }
                from = copy;
                row = pixels * lanes<T>;
                column = lanes<T>;
            }
            detail::transform_input<Outputs, Doubled>(from, row, column, to + t * width + x.first + c, plane);
        }
    }
}

namespace detail {

/// Tiles x Vectors sums over the depths and channels: per channel Vectors loads of weights, Tiles broadcasts, and
/// prefetches of two cache lines of what is read next, of which `ahead` is this tile's share.
template <extent Tiles, extent Vectors, class T>
CTNN_INLINE void product_tile(const T* const* slices, extent count, extent offset, extent step, extent channels,
                              const T* weights, T* sums, const T* ahead, extent ahead_step) {
    constexpr extent width = Vectors * lanes<T>;
    vec<T> sum[static_cast<unsigned>(Tiles)][static_cast<unsigned>(Vectors)];
    unroll<Tiles>([&](auto p) { unroll<Vectors>([&](auto v) { sum[p][v] = vec<T>(T(0)); }); });
    for (extent s = 0; s < count; ++s) {
        const T* from = slices[s] + offset;
        for (extent c = 0; c < channels; ++c, ++from, weights += width, ahead += ahead_step) {
            __builtin_prefetch(ahead, 0, 2);
            __builtin_prefetch(ahead + 64 / sizeof(T), 0, 2);
            vec<T> weight[static_cast<unsigned>(Vectors)];
            unroll<Vectors>([&](auto v) { weight[v] = load_held(weights + v * lanes<T>); });
            unroll<Tiles>([&](auto p) {
                const vec<T> value(from[p * step]);
                unroll<Vectors>([&](auto v) { sum[p][v] = fma(value, weight[v], sum[p][v]); });
            });
        }
    }
    unroll<Tiles>([&](auto p) { unroll<Vectors>([&](auto v) { store(sums + p * width + v * lanes<T>, sum[p][v]); }); });
}

}  // namespace detail

/// The products of one block of filters at every point of the transform: `slices` are the transformed inputs of the
/// depths [first, first + depths) of the taps, w the block's packed weights [point][tap of depth][channel][filter],
/// sums [point][tile][filter]. They are computed `Tiles` at a
/// time; the last ones twice rather than by more code. The weights of the next point are fetched meanwhile: with 128
/// channels and 64 filters 32 KB, which take L3 some 3,300 cycles, and 18 tiles 4,600 to multiply.
template <class T, extent Tiles, extent Vectors>
CTNN_KERNEL void winograd_products(const winograd_sizes& g, extent points, const T* const* slices, extent first,
                                   extent depths, const T* w, T* sums, extent tiles) {
    constexpr extent width = Vectors * lanes<T>;
    const extent step = round_up(g.channels), plane = winograd_plane(g.block * step);
    const extent sum_plane = winograd_plane(g.block * width);
    const extent share = width / ((tiles + Tiles - 1) / Tiles);
    for (extent point = 0; point < points; ++point) {
        const T* weights = w + (point * g.taps + first) * g.channels * width;
        for (extent t = 0; t < tiles; t += Tiles) {
            const extent begin = t + Tiles <= tiles || tiles < Tiles ? t : tiles - Tiles;
            detail::product_tile<Tiles, Vectors>(slices, depths, point * plane + begin * step, step, g.channels,
                                                 weights, sums + point * sum_plane + begin * width,
                                                 weights + (g.taps * width + t / Tiles * share) * g.channels, share);
        }
    }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
