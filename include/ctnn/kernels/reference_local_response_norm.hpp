// SPDX-License-Identifier: MIT
/// \file
/// Local response normalization as its definition says it, in the widest type there is: what the kernels are compared
/// with.
#pragma once

#include "ctnn/kernels/local_response_norm.hpp"
#include "ctnn/kernels/reference_pool.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels::reference {

/// additive + alpha mean of x^2 around channel c of one pixel.
template <class T>
long double response_of(const T* x, extent channels, extent c, const response_rule& rule) {
    long double sum = 0;
    for (extent j = c - rule.size / 2; j <= c + (rule.size - 1) / 2; ++j)
        if (j >= 0 && j < channels) sum += static_cast<long double>(x[j]) * static_cast<long double>(x[j]);
    return static_cast<long double>(rule.additive) +
           static_cast<long double>(rule.alpha) / static_cast<long double>(rule.size) * sum;
}

template <class T>
void local_response_forward(const batch_view<const T>& x, const batch_view<T>& y, const response_rule& rule) {
    for_each_number(x.count, x.shape, [&](extent s, extent d, extent h, extent w, extent c) {
        const T* pixel = x.at(s, d, h, w);
        const long double p = response_of(pixel, x.shape.channels(), c, rule);
        y.at(s, d, h, w)[c] = static_cast<T>(static_cast<long double>(pixel[c]) *
                                             std::pow(p, -static_cast<long double>(rule.beta)));
    });
}

template <class T>
void local_response_backward(const batch_view<const T>& x, const batch_view<const T>& dy, const batch_view<T>& dx,
                             const response_rule& rule) {
    const long double beta = static_cast<long double>(rule.beta);
    for_each_number(x.count, x.shape, [&](extent s, extent d, extent h, extent w, extent c) {
        const T *pixel = x.at(s, d, h, w), *from = dy.at(s, d, h, w);
        const extent channels = x.shape.channels();
        long double sum = 0;
        for (extent j = c - (rule.size - 1) / 2; j <= c + rule.size / 2; ++j)
            if (j >= 0 && j < channels)
                sum += static_cast<long double>(from[j]) * static_cast<long double>(pixel[j]) *
                       std::pow(response_of(pixel, channels, j, rule), -beta - 1);
        dx.at(s, d, h, w)[c] = static_cast<T>(
            static_cast<long double>(from[c]) * std::pow(response_of(pixel, channels, c, rule), -beta) -
            2 * static_cast<long double>(rule.alpha) * beta / static_cast<long double>(rule.size) *
                static_cast<long double>(pixel[c]) * sum);
    });
}

}  // namespace kernels::reference
}  // namespace CTNN_BACKEND
}  // namespace ctnn
