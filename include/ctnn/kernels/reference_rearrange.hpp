// SPDX-License-Identifier: MIT
/// \file
/// Pixel shuffle and permutation by their definitions, one number at a time: what the kernels are compared with.
#pragma once

#include "ctnn/kernels/permute.hpp"
#include "ctnn/kernels/reference_pool.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels::reference {

/// Calls body(wide, fine) for each number of a batch and the one that pixel shuffle makes of it.
template <class Wide, class Fine, class Body>
void for_each_shuffled(const Wide& wide, const Fine& fine, const Body& body) {
    const dims &in = wide.shape, &out = fine.shape;
    const extent a = out.depth() / in.depth(), b = out.height() / in.height(), c = out.width() / in.width();
    for_each_number(fine.count, out, [&](extent s, extent d, extent h, extent w, extent i) {
        const extent part = (d % a * b + h % b) * c + w % c;
        body(wide.at(s, d / a, h / b, w / c)[i * a * b * c + part], fine.at(s, d, h, w)[i]);
    });
}

template <class T>
void shuffle_pixels(const batch_view<const T>& x, const batch_view<T>& y) {
    for_each_shuffled(x, y, [](T from, T& to) { to = from; });
}

template <class T>
void unshuffle_pixels(const batch_view<const T>& x, const batch_view<T>& y) {
    for_each_shuffled(y, x, [](T& to, T from) { to = from; });
}

/// The position i of y along its axis a is that of x along axis order.from[a].
template <class T>
void permute_axes(const axis_order& order, const batch_view<const T>& x, const batch_view<T>& y) {
    for_each_number(y.count, y.shape, [&](extent s, extent d, extent h, extent w, extent c) {
        const extent at[4]{d, h, w, c};
        extent source[4]{};
        for (int a = 0; a < 4; ++a) source[order.from[a]] = at[a];
        y.at(s, d, h, w)[c] = x.at(s, source[0], source[1], source[2])[source[3]];
    });
}

}  // namespace kernels::reference
}  // namespace CTNN_BACKEND
}  // namespace ctnn
