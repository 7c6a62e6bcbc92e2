// SPDX-License-Identifier: MIT
/// \file
/// Pooling by roots of sums of powers, one number at a time: what the kernels are compared with.
#pragma once

#include <cmath>

#include "ctnn/kernels/reference_pool.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels::reference {

/// y = (sum of x^p)^(1 / p) over the window, p = op.groups.
template <class T>
void lp_pool_forward(const operation& op, const batch_view<const T>& x, const batch_view<T>& y) {
    const T power = static_cast<T>(op.groups);
    for_each_number(x.count, op.out, [&](extent s, extent od, extent oh, extent ow, extent c) {
        T sum = 0;
        for_each_tap(op, od, oh, ow,
                     [&](extent d, extent h, extent w) { sum += std::pow(x.at(s, d, h, w)[c], power); });
        y.at(s, od, oh, ow)[c] = op.groups == 1 ? sum : std::pow(sum, 1 / power);
    });
}

/// dx = dy (x / y)^(p - 1), 0 where y is.
template <class T>
void lp_pool_backward(const operation& op, const batch_view<const T>& x, const batch_view<const T>& y,
                      const batch_view<const T>& dy, const batch_view<T>& dx) {
    for_each_number(dx.count, op.in,
                    [&](extent s, extent d, extent h, extent w, extent c) { dx.at(s, d, h, w)[c] = 0; });
    for_each_number(dx.count, op.out, [&](extent s, extent od, extent oh, extent ow, extent c) {
        const T gradient = dy.at(s, od, oh, ow)[c], output = y.at(s, od, oh, ow)[c];
        for_each_tap(op, od, oh, ow, [&](extent d, extent h, extent w) {
            if (op.groups == 1)
                dx.at(s, d, h, w)[c] += gradient;
            else if (output != 0)
                dx.at(s, d, h, w)[c] +=
                    gradient * std::pow(x.at(s, d, h, w)[c] / output, static_cast<T>(op.groups - 1));
        });
    });
}

}  // namespace kernels::reference
}  // namespace CTNN_BACKEND
}  // namespace ctnn
