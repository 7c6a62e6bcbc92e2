// SPDX-License-Identifier: MIT
/// \file
/// Pooling as its definition says it, one number at a time: what the kernels are compared with.
#pragma once

#include "ctnn/kernels/pool.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels::reference {

/// Calls body(s, d, h, w, c) for every number of a batch, in the order of memory.
template <class Body>
void for_each_number(extent samples, const dims& shape, const Body& body) {
    for (extent s = 0; s < samples; ++s)
        for (extent d = 0; d < shape.depth(); ++d)
            for (extent h = 0; h < shape.height(); ++h)
                for (extent w = 0; w < shape.width(); ++w)
                    for (extent c = 0; c < shape.channels(); ++c) body(s, d, h, w, c);
}

/// Is an input position in the bin of an output position of an adaptive pool? Position i is the interval [i, i + 1) of
/// the axis and shares a part of the bin.
[[nodiscard]] inline bool in_bin(const operation& op, int axis, extent position, extent i) {
    const extent in = op.in.axis[axis], out = op.out.axis[axis];
    return (i + 1) * out > position * in && i * out < (position + 1) * in;
}

/// Calls body(d, h, w) for the input positions of the window of output (od, oh, ow), in the order of memory; returns
/// their number.
template <class Body>
extent for_each_tap(const operation& op, extent od, extent oh, extent ow, const Body& body) {
    if (op.adaptive) {
        extent inside = 0;
        for_each_number(1, op.in.with_channels(1), [&](extent, extent d, extent h, extent w, extent) {
            if (!in_bin(op, 0, od, d) || !in_bin(op, 1, oh, h) || !in_bin(op, 2, ow, w)) return;
            ++inside;
            body(d, h, w);
        });
        return inside;
    }
    const window& win = op.window;
    extent inside = 0;
    for (extent i = 0; i < win.kernel[0]; ++i)
        for (extent j = 0; j < win.kernel[1]; ++j)
            for (extent k = 0; k < win.kernel[2]; ++k) {
                const extent d = od * win.stride[0] - win.before[0] + i, h = oh * win.stride[1] - win.before[1] + j;
                const extent w = ow * win.stride[2] - win.before[2] + k;
                if (d < 0 || h < 0 || w < 0 || d >= op.in.depth() || h >= op.in.height() || w >= op.in.width())
                    continue;
                ++inside;
                body(d, h, w);
            }
    return inside;
}

/// x: (batch, depth, height, width, channels), y: the same with the output's positions.
template <pool P, class T>
void pool_forward(const operation& op, const batch_view<const T>& x, const batch_view<T>& y) {
    for_each_number(x.count, op.out, [&](extent s, extent od, extent oh, extent ow, extent c) {
        T result = 0;
        bool begun = false;
        const extent inside = for_each_tap(op, od, oh, ow, [&](extent d, extent h, extent w) {
            const T value = x.at(s, d, h, w)[c];
            if (P == pool::average)
                result += value;
            else if (!begun || value > result || value != value)
                result = value;
            begun = true;
        });
        y.at(s, od, oh, ow)[c] =
            P == pool::average ? result / static_cast<T>(divisor(op.window, op.include_padding, inside)) : result;
    });
}

/// dx = what each window hands to its taps. The first maximum takes all; the first NaN, if there is one.
template <pool P, class T>
void pool_backward(const operation& op, const batch_view<const T>& x, const batch_view<const T>& dy,
                   const batch_view<T>& dx) {
    for_each_number(dx.count, op.in,
                    [&](extent s, extent d, extent h, extent w, extent c) { dx.at(s, d, h, w)[c] = 0; });
    for_each_number(dx.count, op.out, [&](extent s, extent od, extent oh, extent ow, extent c) {
        const T gradient = dy.at(s, od, oh, ow)[c];
        T best = 0;
        T* winner = nullptr;
        const extent inside = for_each_tap(op, od, oh, ow, [&](extent d, extent h, extent w) {
            if (P == pool::average) return;
            const T value = x.at(s, d, h, w)[c];
            if (winner != nullptr && (best != best || !(value > best || value != value))) return;
            best = value;
            winner = dx.at(s, d, h, w) + c;
        });
        if (P == pool::maximum) {
            *winner += gradient;
            return;
        }
        const T portion = gradient / static_cast<T>(divisor(op.window, op.include_padding, inside));
        for_each_tap(op, od, oh, ow, [&](extent d, extent h, extent w) { dx.at(s, d, h, w)[c] += portion; });
    });
}

/// y: the maximum of each pixel's channels, NaN where one is, and their mean.
template <class T>
void channel_pool_forward(const batch_view<const T>& x, const batch_view<T>& y) {
    for_each_number(x.count, x.shape, [&](extent s, extent d, extent h, extent w, extent c) {
        const T value = x.at(s, d, h, w)[c], channels = static_cast<T>(x.shape.channels());
        T* to = y.at(s, d, h, w);
        if (c == 0 || value > to[0] || value != value) to[0] = value;
        to[1] = (c == 0 ? T(0) : to[1]) + value / channels;
    });
}

/// The maximum's gradient goes to the first of the largest channels.
template <class T>
void channel_pool_backward(const batch_view<const T>& x, const batch_view<const T>& dy, const batch_view<T>& dx) {
    for_each_number(x.count, x.shape, [&](extent s, extent d, extent h, extent w, extent c) {
        const T *from = x.at(s, d, h, w), *gradient = dy.at(s, d, h, w);
        bool first = true;
        for (extent i = 0; i < x.shape.channels(); ++i)
            if (i < c ? from[i] >= from[c] : from[i] > from[c]) first = false;
        dx.at(s, d, h, w)[c] = gradient[1] / static_cast<T>(x.shape.channels()) + (first ? gradient[0] : T(0));
    });
}

}  // namespace kernels::reference
}  // namespace CTNN_BACKEND
}  // namespace ctnn
