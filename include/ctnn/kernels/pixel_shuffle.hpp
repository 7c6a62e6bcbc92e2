// SPDX-License-Identifier: MIT
/// \file
/// Channels that become positions, and positions that become channels.
#pragma once

#include "ctnn/core/call.hpp"
#include "ctnn/kernels/position_rows.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// `wide`: (batch, depth, height, width, channels * q), `fine`: (batch, depth * a, height * b, width * c, channels),
/// q = a b c. Calls move(from wide, to fine, q) for each fine pixel: its channel i is channel i * q of the wide pixel,
/// counted from where `wide` points. Parallel over wide rows.
template <class Wide, class Fine, class Move>
void for_each_shuffled_pixel(const Wide& wide, const Fine& fine, extent threads, const Move& move) {
    const dims &in = wide.shape, &out = fine.shape;
    const extent a = out.depth() / in.depth(), b = out.height() / in.height(), c = out.width() / in.width();
    for_each_position_row(in, wide.count, in.width() * in.channels(), threads, [&](extent s, extent d, extent h) {
        for (extent i = 0; i < a; ++i)
            for (extent j = 0; j < b; ++j)
                for (extent w = 0; w < out.width(); ++w)
                    move(wide.at(s, d, h, w / c) + (i * b + j) * c + w % c, fine.at(s, d * a + i, h * b + j, w),
                         a * b * c);
    });
}

}  // namespace detail

/// x: (batch, positions, channels * q), y: (batch, q times as many positions, channels): channel i q + p of a pixel is
/// channel i of its p-th part, the parts counted in the order of memory.
template <class T>
void shuffle_pixels(const batch_view<const T>& x, const batch_view<T>& y, extent threads) {
    const extent channels = y.shape.channels();
    detail::for_each_shuffled_pixel(x, y, threads, [channels](const T* from, T* to, extent q) {
        for (extent i = 0; i < channels; ++i) to[i] = from[i * q];
    });
}

/// The inverse, which is the gradient too.
template <class T>
void unshuffle_pixels(const batch_view<const T>& x, const batch_view<T>& y, extent threads) {
    const extent channels = x.shape.channels();
    detail::for_each_shuffled_pixel(y, x, threads, [channels](T* to, const T* from, extent q) {
        for (extent i = 0; i < channels; ++i) to[i * q] = from[i];
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
