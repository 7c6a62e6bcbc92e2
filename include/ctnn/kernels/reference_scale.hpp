// SPDX-License-Identifier: MIT
/// \file
/// Naive twins of the product of a value and a gate: what it computes, in plain loops.
#pragma once

#include "ctnn/core/call.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels::reference {

/// Calls visit(s, d, h, w, c, element of the gate) for every element of x. The gate has one position, one
/// channel, both, or the shape of x.
template <class T, class U, class Visit>
void for_each_scaled(const batch_view<T>& x, const batch_view<U>& gate, const Visit& visit) {
    const bool everywhere = gate.shape.positions() == 1, one_channel = gate.shape.channels() == 1;
    for (extent s = 0; s < x.count; ++s)
        for (extent d = 0; d < x.shape.depth(); ++d)
            for (extent h = 0; h < x.shape.height(); ++h)
                for (extent w = 0; w < x.shape.width(); ++w)
                    for (extent c = 0; c < x.shape.channels(); ++c) {
                        U* factor = everywhere ? gate.at(s, 0, 0, 0) : gate.at(s, d, h, w);
                        visit(s, d, h, w, c, factor[one_channel ? 0 : c]);
                    }
}

/// y = x * gate.
template <class T>
void scale_forward(const batch_view<const T>& x, const batch_view<const T>& gate, const batch_view<T>& y) {
    for_each_scaled(x, gate, [&](extent s, extent d, extent h, extent w, extent c, const T& factor) {
        y.at(s, d, h, w)[c] = x.at(s, d, h, w)[c] * factor;
    });
}

/// d_gate += dy * x.
template <class T>
void scale_gate_gradient(const batch_view<const T>& x, const batch_view<const T>& dy, const batch_view<T>& d_gate) {
    for_each_scaled(x, d_gate, [&](extent s, extent d, extent h, extent w, extent c, T& sum) {
        sum += x.at(s, d, h, w)[c] * dy.at(s, d, h, w)[c];
    });
}

}  // namespace kernels::reference
}  // namespace CTNN_BACKEND
}  // namespace ctnn
