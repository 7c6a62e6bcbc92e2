// SPDX-License-Identifier: MIT
/// \file
/// Nearest-neighbor upsampling, one number at a time: what the kernels are compared with.
#pragma once

#include "ctnn/kernels/reference_pool.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels::reference {

/// y at a position is x at that position divided by the factor of each axis.
template <class T>
void upsample_forward(const batch_view<const T>& x, const batch_view<T>& y) {
    const dims &in = x.shape, &out = y.shape;
    for_each_number(y.count, out, [&](extent s, extent d, extent h, extent w, extent c) {
        y.at(s, d, h, w)[c] =
            x.at(s, d * in.depth() / out.depth(), h * in.height() / out.height(), w * in.width() / out.width())[c];
    });
}

/// dx at a position is the sum of dy over its copies.
template <class T>
void upsample_backward(const batch_view<const T>& dy, const batch_view<T>& dx) {
    const dims &in = dx.shape, &out = dy.shape;
    for_each_number(dx.count, in, [&](extent s, extent d, extent h, extent w, extent c) { dx.at(s, d, h, w)[c] = 0; });
    for_each_number(dy.count, out, [&](extent s, extent d, extent h, extent w, extent c) {
        dx.at(s, d * in.depth() / out.depth(), h * in.height() / out.height(), w * in.width() / out.width())[c] +=
            dy.at(s, d, h, w)[c];
    });
}

}  // namespace kernels::reference
}  // namespace CTNN_BACKEND
}  // namespace ctnn
