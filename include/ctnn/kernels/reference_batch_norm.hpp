// SPDX-License-Identifier: MIT
/// \file
/// Batch normalization as its definition says it, in the widest type there is: what the kernels are compared with.
#pragma once

#include <cmath>

#include "ctnn/kernels/reference_pool.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels::reference {

/// Sum over all samples and positions of channel c of value(s, d, h, w).
template <class Value>
long double sum_over_positions(extent samples, const dims& shape, const Value& value) {
    long double sum = 0;
    for_each_number(samples, shape.with_channels(1),
                    [&](extent s, extent d, extent h, extent w, extent) { sum += value(s, d, h, w); });
    return sum;
}

/// Mean and biased variance of channel c.
struct moments {
    long double mean, variance;
};
template <class T>
moments batch_moments(const batch_view<const T>& x, extent c) {
    const auto n = static_cast<long double>(x.count * x.shape.positions());
    const long double mean = sum_over_positions(x.count, x.shape,
                                                [&](extent s, extent d, extent h, extent w) {
                                                    return static_cast<long double>(x.at(s, d, h, w)[c]);
                                                }) /
                             n;
    const long double variance = sum_over_positions(x.count, x.shape,
                                                    [&](extent s, extent d, extent h, extent w) {
                                                        const long double away =
                                                            static_cast<long double>(x.at(s, d, h, w)[c]) - mean;
                                                        return away * away;
                                                    }) /
                                 n;
    return {mean, variance};
}

/// y = (x - mean) / sqrt(variance + epsilon) weight + bias, with the moments of the batch.
template <class T>
void batch_norm_forward(const batch_view<const T>& x, const batch_view<T>& y, const T* weight, const T* bias,
                        double epsilon) {
    for (extent c = 0; c < x.shape.channels(); ++c) {
        const moments m = batch_moments(x, c);
        const long double scale =
            static_cast<long double>(weight[c]) / std::sqrt(m.variance + static_cast<long double>(epsilon));
        for_each_number(x.count, x.shape.with_channels(1), [&](extent s, extent d, extent h, extent w, extent) {
            y.at(s, d, h, w)[c] = static_cast<T>((static_cast<long double>(x.at(s, d, h, w)[c]) - m.mean) * scale +
                                                 static_cast<long double>(bias[c]));
        });
    }
}

/// Gradients through the moments; gradients: of weight and bias (2, channels), overwritten.
template <class T>
void batch_norm_backward(const batch_view<const T>& x, const batch_view<const T>& dy, const batch_view<T>& dx,
                         const T* weight, T* gradients, double epsilon) {
    const auto n = static_cast<long double>(x.count * x.shape.positions());
    for (extent c = 0; c < x.shape.channels(); ++c) {
        const moments m = batch_moments(x, c);
        const long double inverse = 1 / std::sqrt(m.variance + static_cast<long double>(epsilon));
        const auto unit = [&](extent s, extent d, extent h, extent w) {
            return (static_cast<long double>(x.at(s, d, h, w)[c]) - m.mean) * inverse;
        };
        const auto gradient = [&](extent s, extent d, extent h, extent w) {
            return static_cast<long double>(dy.at(s, d, h, w)[c]);
        };
        const long double sum = sum_over_positions(x.count, x.shape, gradient);
        const long double products = sum_over_positions(x.count, x.shape, [&](extent s, extent d, extent h, extent w) {
            return unit(s, d, h, w) * gradient(s, d, h, w);
        });
        gradients[c] = static_cast<T>(products);
        gradients[x.shape.channels() + c] = static_cast<T>(sum);
        for_each_number(x.count, x.shape.with_channels(1), [&](extent s, extent d, extent h, extent w, extent) {
            dx.at(s, d, h, w)[c] = static_cast<T>(static_cast<long double>(weight[c]) * inverse *
                                                  (gradient(s, d, h, w) - sum / n - unit(s, d, h, w) * products / n));
        });
    }
}

}  // namespace kernels::reference
}  // namespace CTNN_BACKEND
}  // namespace ctnn
