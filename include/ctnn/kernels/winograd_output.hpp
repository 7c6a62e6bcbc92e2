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

/// y = A(A' m A + bias + add) of one tile and one vector of filters. `plane` is the step of the points.
template <extent Outputs, activation A, class T>
CTNN_INLINE void transform_output(const T* sums, extent plane, vec<T> bias, const activation_vectors<T>& numbers,
                                  const T* add, tile_steps add_step, T* to, tile_steps step) {
    constexpr extent size = Outputs + 2;
    constexpr bool brief = is_brief(A);
    vec<T> half[static_cast<unsigned>(Outputs)][static_cast<unsigned>(size)];
    unroll<size>([&](auto j) {
        vec<T> m[static_cast<unsigned>(size)], column[static_cast<unsigned>(Outputs)];
        unroll<size>([&](auto i) { m[i] = load(sums + (i * size + j) * plane); });
        winograd_transform<Outputs>::output(m, column);
        unroll<Outputs>([&](auto i) { half[i][j] = column[i]; });
    });
    unroll<Outputs>([&](auto i) {
        vec<T> row[static_cast<unsigned>(Outputs)];
        winograd_transform<Outputs>::output(half[i], row);
        unroll<Outputs>([&](auto j) {
            vec<T> result = row[j] + bias;
            if (add != nullptr) result += load(add + i * add_step.row + j * add_step.column);
            if constexpr (brief) result = apply<A, T>(result, numbers);
            store(to + i * step.row + j * step.column, result);
        });
    });
    // A long activation would be compiled for every output: it gets a loop over what was just written.
    if constexpr (!brief)
        for (extent i = 0; i < Outputs; ++i)
            for (extent j = 0; j < Outputs; ++j) {
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
/// through a copy, so that nothing outside is read or written.
template <extent Outputs, activation A, class T>
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
            const auto each = [&](const auto& visit) {
                for (extent i = 0; i < tile.out_rows; ++i)
                    for (extent j = 0; j < tile.out_columns; ++j) visit(i, j, copy + (i * Outputs + j) * lanes<T>);
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
                    each([&](extent i, extent j, T* at) {
                        const T* p = extra + i * target.add_row + j * target.add_column;
                        store(at, rest == 0 ? load(p) : load_partial(p, rest));
                    });
                }
            }
            detail::transform_output<Outputs, A>(sums + t * width + f, plane, load(bias + f), numbers, add, add_step,
                                                 to, step);
            if (direct) continue;
            each([&](extent i, extent j, const T* at) {
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
