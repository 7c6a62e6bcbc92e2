// SPDX-License-Identifier: MIT
/// \file
/// The last step of a Winograd convolution: from products to outputs, with bias, addend and activation.
#pragma once

#include "ctnn/kernels/activation_function.hpp"
#include "ctnn/kernels/winograd.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// Steps of a tile's outputs or of what is added to them.
struct tile_steps {
    extent row = 0, column = 0;
};

/// y = A(A' m A + bias + add) of one tile and one vector of filters. `plane` is the step of the points. With Halved
/// only the maxima of 2x2 outputs are stored.
template <extent Outputs, activation A, bool Halved, class T>
CTNN_INLINE void transform_output(const T* sums, extent plane, vec<T> bias, const activation_vectors<T>& numbers,
                                  const T* add, tile_steps add_step, T* to, tile_steps step) {
    constexpr extent size = Outputs + 2;
    vec<T> half[static_cast<unsigned>(Outputs)][static_cast<unsigned>(size)];
    unroll<size>([&](auto j) {
        vec<T> m[static_cast<unsigned>(size)], column[static_cast<unsigned>(Outputs)];
        unroll<size>([&](auto i) { m[i] = load(sums + (i * size + j) * plane); });
        winograd_transform<Outputs>::output(m, column);
        unroll<Outputs>([&](auto i) { half[i][j] = column[i]; });
    });
    constexpr extent stored = Halved ? Outputs / 2 : Outputs;
    vec<T> above[static_cast<unsigned>(Outputs)];  // the row before, where two become one
    unroll<Outputs>([&](auto i) {
        vec<T> row[static_cast<unsigned>(Outputs)];
        winograd_transform<Outputs>::output(half[i], row);
        unroll<Outputs>([&](auto j) {
            row[j] += bias;
            if (add != nullptr) row[j] += load(add + i * add_step.row + j * add_step.column);
            // never_falls(A): the activation of the maximum is the maximum of the activations.
            if constexpr (is_brief<A> && !Halved) row[j] = apply<A, T>(row[j], numbers);
            if constexpr (!Halved) store(to + i * step.row + j * step.column, row[j]);
        });
        if constexpr (Halved && i % 2 == 0) unroll<Outputs>([&](auto j) { above[j] = row[j]; });
        if constexpr (Halved && i % 2 == 1)
            unroll<stored>([&](auto j) {
                constexpr extent a = 2 * j, b = a + 1;
                vec<T> largest = max(max(above[a], above[b]), max(row[a], row[b]));
                if constexpr (is_brief<A>) largest = apply<A, T>(largest, numbers);
                store(to + i / 2 * step.row + j * step.column, largest);
            });
    });
    // A long activation would be compiled for every output: it gets a loop over what was just written.
    if constexpr (!is_brief<A>)
        for (extent i = 0; i < stored; ++i)
            for (extent j = 0; j < stored; ++j) {
                T* at = to + i * step.row + j * step.column;
                store(at, apply<A, T>(load(at), numbers));
            }
}

}  // namespace detail

/// Steps of y and of the addend along rows and columns, and how far the depth and filter at work are from the tiles'
/// beginnings.
struct winograd_target {
    extent row = 0, column = 0, offset = 0;
    extent add_row = 0, add_column = 0, add_offset = 0;
};

/// y = A(products transformed back + bias + add) for `count` tiles and `filters` filters of one block, whose products
/// have `width` filters. Where a tile is cut off by the end of y, or the filters do not fill a vector, the outputs go
/// through a copy, so that nothing outside is read or written. With Halved y has the maxima of 2x2 outputs: tiles begin
/// at even positions, and the last row and column of an odd number are dropped.
template <extent Outputs, activation A, bool Halved, class T>
CTNN_KERNEL void winograd_output(const winograd_sizes& g, const winograd_tile<T>* tiles, extent count, const T* sums,
                                 extent width, const T* bias, extent filters, const winograd_target& target) {
    const extent plane = winograd_plane(g.block * width);
    const activation_vectors<T> numbers(g.numbers);
    alignas(alignment) T copy[static_cast<unsigned>(Outputs * Outputs * lanes<T>)]{};
    constexpr detail::tile_steps copy_step{Outputs * lanes<T>, lanes<T>};
    for (extent t = 0; t < count; ++t) {
        const winograd_tile<T>& tile = tiles[t];
        const bool inside = tile.out_rows == Outputs && tile.out_columns == Outputs;
        for (extent f = 0; f < filters; f += lanes<T>) {
            const extent rest = filters - f < lanes<T> ? filters - f : 0;
            const bool direct = inside && rest == 0;
            T* const out = tile.y + target.offset + f;
            const T* const extra = tile.add == nullptr ? nullptr : tile.add + target.add_offset + f;
            const auto each = [&](extent rows, extent columns, const auto& visit) {
                for (extent i = 0; i < rows; ++i)
                    for (extent j = 0; j < columns; ++j) visit(i, j, copy + (i * Outputs + j) * lanes<T>);
            };
            T* to = out;
            const T* add = extra;
            detail::tile_steps step{target.row, target.column}, add_step{target.add_row, target.add_column};
            if (!direct) {
                to = copy;
                step = copy_step;
                if (extra != nullptr) {
                    add = copy;
                    add_step = copy_step;
                    each(tile.out_rows, tile.out_columns, [&](extent i, extent j, T* at) {
                        const T* p = extra + i * target.add_row + j * target.add_column;
                        store(at, rest == 0 ? load(p) : load_partial(p, rest));
                    });
                }
            }
            detail::transform_output<Outputs, A, Halved>(sums + t * width + f, plane, load(bias + f), numbers, add,
                                                         add_step, to, step);
            if (direct) continue;
            constexpr extent share = Halved ? 2 : 1;
            each(tile.out_rows / share, tile.out_columns / share, [&](extent i, extent j, const T* at) {
                T* p = out + i * target.row + j * target.column;
                if (rest == 0)
                    store(p, load(at));
                else
                    store_partial(p, load(at), rest);
            });
        }
    }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
