// SPDX-License-Identifier: MIT
/// \file
/// Resampling as its definition says it, one number at a time: what the kernels are compared with.
#pragma once

#include <cmath>

#include "ctnn/core/position_options.hpp"
#include "ctnn/kernels/reference_pool.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels::reference {

/// With what weight output o of an axis reads input i: that of a tent, one position wide to both sides, around its
/// place in the input.
[[nodiscard]] inline double sampling_weight(sampling rule, extent in, extent out, extent o, extent i) {
    if (rule == sampling::nearest) return i == o * in / out ? 1 : 0;
    const double position = static_cast<double>(o), n = static_cast<double>(in), m = static_cast<double>(out);
    double place = rule == sampling::linear ? (position + 0.5) * n / m - 0.5
                   : out > 1                ? position * (n - 1) / (m - 1)
                                            : 0;
    place = std::fmin(std::fmax(place, 0), n - 1);
    return std::fmax(0, 1 - std::abs(place - static_cast<double>(i)));
}

/// Calls body(output, input, weight) for every pair of numbers of one channel.
template <class Small, class Large, class Body>
void for_each_pair(sampling rule, const Small& in, const Large& out, const Body& body) {
    const auto weight = [&](int axis, extent o, extent i) {
        return sampling_weight(rule, in.shape.axis[axis], out.shape.axis[axis], o, i);
    };
    for_each_number(out.count, out.shape, [&](extent s, extent d, extent h, extent w, extent c) {
        for_each_number(1, in.shape.with_channels(1), [&](extent, extent i, extent j, extent k, extent) {
            body(out.at(s, d, h, w)[c], in.at(s, i, j, k)[c], weight(0, d, i) * weight(1, h, j) * weight(2, w, k));
        });
    });
}

/// y = the sum of the weighted x.
template <class T>
void resample_forward(sampling rule, const batch_view<const T>& x, const batch_view<T>& y) {
    for_each_number(y.count, y.shape,
                    [&](extent s, extent d, extent h, extent w, extent c) { y.at(s, d, h, w)[c] = 0; });
    for_each_pair(rule, x, y, [](T& to, T from, double weight) { to += static_cast<T>(weight) * from; });
}

/// dx = the sum of dy with the same weights.
template <class T>
void resample_backward(sampling rule, const batch_view<const T>& dy, const batch_view<T>& dx) {
    for_each_number(dx.count, dx.shape,
                    [&](extent s, extent d, extent h, extent w, extent c) { dx.at(s, d, h, w)[c] = 0; });
    for_each_pair(rule, dx, dy, [](T from, T& to, double weight) { to += static_cast<T>(weight) * from; });
}

}  // namespace kernels::reference
}  // namespace CTNN_BACKEND
}  // namespace ctnn
