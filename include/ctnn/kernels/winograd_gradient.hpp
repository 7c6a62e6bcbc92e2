// SPDX-License-Identifier: MIT
/// \file
/// The gradient of the weights of a 3x3 convolution by Winograd's algorithm, channels last. From Y = A'[(G g) * (B' d)]
/// follows dg = G'[sum over tiles of (B' d) * (A dy)]: the products of all tiles are summed at the points of the
/// transform, and only their sum is transformed back.
#pragma once

#include "ctnn/kernels/winograd.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Elements of the sums of `blocks` blocks of filters, each [point][channel][filter of the block].
[[nodiscard]] constexpr extent winograd_sums(extent outputs, extent channels, extent blocks, extent width) {
    return blocks * (outputs + 2) * (outputs + 2) * winograd_plane(channels * width);
}

namespace detail {

/// A dy A' of one tile and one vector of filters; `row` and `column` are the steps of dy, `plane` that of the points.
template <extent Outputs, class T>
CTNN_INLINE void transform_output_gradient(const T* from, extent row, extent column, T* to, extent plane) {
    constexpr extent size = Outputs + 2;
    constexpr unsigned count = static_cast<unsigned>(size), outputs = static_cast<unsigned>(Outputs);
    vec<T> half[count][outputs], d[outputs], points[count];
    for (extent j = 0; j < Outputs; ++j) {
        unroll<Outputs>([&](auto i) { d[i] = load(from + i * row + j * column); });
        winograd_transform<Outputs>::output_gradient(d, points);
        unroll<size>([&](auto i) { half[i][j] = points[i]; });
    }
    for (extent i = 0; i < size; ++i, to += size * plane) {
        winograd_transform<Outputs>::output_gradient(half[i], points);
        unroll<size>([&](auto j) { store(to + j * plane, points[j]); });
    }
}

}  // namespace detail

/// Transforms the output's gradients of `count` tiles, whose `add` points at them, to [point][tile][`width` filters].
/// A tile that reaches over the end of dy, and the last filters where they do not fill a vector, are copied first with
/// zeros for what does not exist.
template <extent Outputs, class T>
CTNN_KERNEL void winograd_output_gradient(const winograd_tile<T>* tiles, extent count, extent filters, extent width,
                                          extent plane, extent row_step, extent column_step, T* to) {
    alignas(alignment) T copy[static_cast<unsigned>(Outputs * Outputs * lanes<T>)];
    for (extent t = 0; t < count; ++t) {
        const winograd_tile<T>& tile = tiles[t];
        const bool inside = tile.out_rows == Outputs && tile.out_columns == Outputs;
        for (extent f = 0; f < filters; f += lanes<T>) {
            const extent rest = filters - f;
            const T* from = tile.add + f;
            extent row = row_step, column = column_step;
            if (!inside || rest < lanes<T>) {
                for (extent i = 0; i < Outputs; ++i)
                    for (extent j = 0; j < Outputs; ++j) {
                        const T* at = from + i * row_step + j * column_step;
                        vec<T> value = T(0);
                        if (i < tile.out_rows && j < tile.out_columns)
                            value = rest < lanes<T> ? load_partial(at, rest) : load(at);
                        store(copy + (i * Outputs + j) * lanes<T>, value);
                    }
                from = copy;
                row = Outputs * lanes<T>;
                column = lanes<T>;
            }
            detail::transform_output_gradient<Outputs>(from, row, column, to + t * width + f, plane);
        }
    }
}

/// sums[point][channel][filter] += sum over tiles of x[point][tile][channel] * d[point][tile][filter], for one block of
/// Vectors * lanes filters and Channels channels at a time: per tile Vectors loads, Channels broadcasts and their
/// product in multiply-adds, whose sums stay in registers for all tiles. The last channels overlap those before, and
/// what overlaps is not added twice.
template <class T, extent Channels, extent Vectors>
CTNN_KERNEL void winograd_gradient_products(const T* x, extent x_step, extent x_plane, const T* d, extent d_step,
                                            extent d_plane, extent points, extent tiles, extent channels, T* sums) {
    constexpr extent width = Vectors * lanes<T>;
    const extent sum_plane = winograd_plane(channels * width);
    for (extent point = 0; point < points; ++point, x += x_plane, d += d_plane, sums += sum_plane)
        for (extent c = 0; c < channels; c += Channels) {
            const extent begin = c + Channels <= channels ? c : channels - Channels, skip = c - begin;
            vec<T> sum[static_cast<unsigned>(Channels)][static_cast<unsigned>(Vectors)];
            unroll<Channels>([&](auto p) { unroll<Vectors>([&](auto v) { sum[p][v] = vec<T>(T(0)); }); });
            const T *from = x + begin, *out = d;
            for (extent t = 0; t < tiles; ++t, from += x_step, out += d_step) {
                vec<T> gradient[static_cast<unsigned>(Vectors)];
                unroll<Vectors>([&](auto v) { gradient[v] = load_held(out + v * lanes<T>); });
                unroll<Channels>([&](auto p) {
                    const vec<T> value(from[p]);
                    unroll<Vectors>([&](auto v) { sum[p][v] = fma(value, gradient[v], sum[p][v]); });
                });
            }
            unroll<Channels>([&](auto p) {
                if (p < skip) return;
                unroll<Vectors>([&](auto v) {
                    T* to = sums + (begin + p) * width + v * lanes<T>;
                    store(to, load(to) + sum[p][v]);
                });
            });
        }
}

/// dw[tap][channel][filter] += G' sums G of one block of `width` filters, of which `filters` exist; `all` is the step
/// from one channel's filters to the next.
template <extent Outputs, class T>
CTNN_KERNEL void winograd_weights_gradient(const T* sums, extent channels, extent width, extent filters, extent all,
                                           T* dw) {
    constexpr extent size = Outputs + 2;
    constexpr unsigned count = static_cast<unsigned>(size);
    const extent plane = winograd_plane(channels * width);
    for (extent c = 0; c < channels; ++c)
        for (extent f = 0; f < filters; f += lanes<T>) {
            const T* from = sums + c * width + f;
            vec<T> half[3][count], points[count], taps[3];
            for (extent j = 0; j < size; ++j) {
                unroll<size>([&](auto i) { points[i] = load(from + (i * size + j) * plane); });
                winograd_transform<Outputs>::weights_gradient(points, taps);
                unroll<3>([&](auto i) { half[i][j] = taps[i]; });
            }
            for (extent i = 0; i < 3; ++i) {
                winograd_transform<Outputs>::weights_gradient(half[i], taps);
                for (extent j = 0; j < 3; ++j) {
                    T* to = dw + ((i * 3 + j) * channels + c) * all + f;
                    if (filters - f >= lanes<T>)
                        store(to, load(to) + taps[j]);
                    else
                        store_partial(to, load_partial(to, filters - f) + taps[j], filters - f);
                }
            }
        }
}

/// db[filter] += the sums of the output's gradients of `tiles` tiles: their transform at the point where A has ones
/// alone, the second along both axes. d points at that plane.
template <class T>
CTNN_KERNEL void winograd_bias_gradient(const T* d, extent d_step, extent tiles, extent filters, T* db) {
    for (extent f = 0; f < filters; f += lanes<T>) {
        vec<T> sum(T(0));
        for (extent t = 0; t < tiles; ++t) sum += load(d + t * d_step + f);
        if (filters - f >= lanes<T>)
            store(db + f, load(db + f) + sum);
        else
            store_partial(db + f, load_partial(db + f, filters - f) + sum, filters - f);
    }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
