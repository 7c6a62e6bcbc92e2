// SPDX-License-Identifier: MIT
/// \file
/// Naive twins of the convolution's and the dense layer's kernels: what they compute, in plain loops.
#pragma once

#include "ctnn/kernels/correlation.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels::reference {

/// Calls visit(x element, y element, weight) for every multiply-add of one sample: y[y element] += x[x element] *
/// w[weight]. Weights (taps, channels, groups * filters).
template <class Visit>
void for_each_product(const correlation& g, const Visit& visit) {
    for (extent d = 0; d < g.positions[0]; ++d)
        for (extent h = 0; h < g.positions[1]; ++h)
            for (extent w = 0; w < g.positions[2]; ++w)
                for (extent kd = 0; kd < g.taps[0]; ++kd)
                    for (extent kh = 0; kh < g.taps[1]; ++kh)
                        for (extent kw = 0; kw < g.taps[2]; ++kw)
                            for (extent group = 0; group < g.groups; ++group)
                                for (extent c = 0; c < g.channels; ++c)
                                    for (extent f = 0; f < g.filters; ++f) {
                                        const extent x = d * g.in_step[0] + h * g.in_step[1] + w * g.in_step[2] +
                                                         kd * g.tap_step[0] + kh * g.tap_step[1] + kw * g.tap_step[2] +
                                                         group * g.channels + c;
                                        const extent y = d * g.out_step[0] + h * g.out_step[1] + w * g.out_step[2] +
                                                         group * g.filters + f;
                                        const extent tap = (kd * g.taps[1] + kh) * g.taps[2] + kw;
                                        const extent all = g.groups * g.filters;
                                        visit(x, y, (tap * g.channels + c) * all + group * g.filters + f);
                                    }
}

/// y += convolution of x with w.
template <class T>
void forward(const correlation& g, const T* x, const T* weights, T* y) {
    for_each_product(g, [&](extent from, extent to, extent weight) { y[to] += x[from] * weights[weight]; });
}

/// dx += gradient of the input; dx lies as x does.
template <class T>
void input_gradient(const correlation& g, const T* dy, const T* weights, T* dx) {
    for_each_product(g, [&](extent from, extent to, extent weight) { dx[from] += dy[to] * weights[weight]; });
}

/// dw += gradient of the weights.
template <class T>
void weight_gradient(const correlation& g, const T* x, const T* dy, T* dw) {
    for_each_product(g, [&](extent from, extent to, extent weight) { dw[weight] += x[from] * dy[to]; });
}

/// db += gradient of the bias.
template <class T>
void bias_gradient(const correlation& g, const T* dy, T* db) {
    for (extent d = 0; d < g.positions[0]; ++d)
        for (extent h = 0; h < g.positions[1]; ++h)
            for (extent w = 0; w < g.positions[2]; ++w)
                for (extent f = 0; f < g.groups * g.filters; ++f)
                    db[f] += dy[d * g.out_step[0] + h * g.out_step[1] + w * g.out_step[2] + f];
}

}  // namespace kernels::reference
}  // namespace CTNN_BACKEND
}  // namespace ctnn
