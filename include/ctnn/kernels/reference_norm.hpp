// SPDX-License-Identifier: MIT
/// \file
/// Normalizations within a sample as their definitions say them, in the widest type there is: what the kernels are
/// compared with.
#pragma once

#include <cmath>

#include "ctnn/kernels/reference_pool.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels::reference {

/// Which elements of a sample are normalized together: the channels of a position, a group of channels over all
/// positions, or all.
enum class norm_over { channels, groups, all };

struct norm_rule {
    norm_over over = norm_over::channels;
    bool centered = true;  ///< by mean and variance; else by the mean square
    extent groups = 1;
    double epsilon = 1e-5;

    [[nodiscard]] extent sets(const dims& shape) const {
        return over == norm_over::channels ? shape.positions() : groups;
    }
    [[nodiscard]] extent set_of(const dims& shape, extent position, extent c) const {
        return over == norm_over::channels ? position : c / (shape.channels() / groups);
    }
    [[nodiscard]] extent weight_of(const dims& shape, extent position, extent c) const {
        return over == norm_over::all ? position * shape.channels() + c : c;
    }
};

/// Calls body(x, number of its position, c, place) for every element of a set of one sample; place is d, h, w.
template <class T, class Body>
void for_each_of_set(const batch_view<const T>& x, const norm_rule& rule, extent sample, extent set, const Body& body) {
    for_each_number(1, x.shape, [&](extent, extent d, extent h, extent w, extent c) {
        const extent position = (d * x.shape.height() + h) * x.shape.width() + w;
        if (rule.set_of(x.shape, position, c) == set)
            body(static_cast<long double>(x.at(sample, d, h, w)[c]), rule.weight_of(x.shape, position, c), c, d, h, w);
    });
}

struct set_moments {
    long double count = 0, mean = 0, inverse = 0;
};
template <class T>
set_moments moments_of_set(const batch_view<const T>& x, const norm_rule& rule, extent sample, extent set) {
    set_moments m;
    long double sum = 0, squares = 0;
    for_each_of_set(x, rule, sample, set, [&](long double value, auto...) {
        sum += value;
        ++m.count;
    });
    if (rule.centered) m.mean = sum / m.count;
    for_each_of_set(x, rule, sample, set,
                    [&](long double value, auto...) { squares += (value - m.mean) * (value - m.mean); });
    m.inverse = 1 / std::sqrt(squares / m.count + static_cast<long double>(rule.epsilon));
    return m;
}

/// y = (x - mean) / sqrt(variance + epsilon) weight + bias.
template <class T>
void norm_forward(const batch_view<const T>& x, const batch_view<T>& y, const T* weight, const T* bias,
                  const norm_rule& rule) {
    for (extent s = 0; s < x.count; ++s)
        for (extent set = 0; set < rule.sets(x.shape); ++set) {
            const set_moments m = moments_of_set(x, rule, s, set);
            for_each_of_set(x, rule, s, set, [&](long double value, extent i, extent c, extent d, extent h, extent w) {
                y.at(s, d, h, w)[c] =
                    static_cast<T>((value - m.mean) * m.inverse * static_cast<long double>(weight[i]) +
                                   static_cast<long double>(bias[i]));
            });
        }
}

/// Gradients through the statistics; those of weight and bias are added into.
template <class T>
void norm_backward(const batch_view<const T>& x, const batch_view<const T>& dy, const batch_view<T>& dx,
                   const T* weight, double* d_weight, double* d_bias, const norm_rule& rule) {
    for (extent s = 0; s < x.count; ++s)
        for (extent set = 0; set < rule.sets(x.shape); ++set) {
            const set_moments m = moments_of_set(x, rule, s, set);
            long double sum = 0, products = 0;
            for_each_of_set(x, rule, s, set, [&](long double value, extent i, extent c, extent d, extent h, extent w) {
                const long double from = static_cast<long double>(dy.at(s, d, h, w)[c]);
                const long double unit = (value - m.mean) * m.inverse;
                d_weight[i] += static_cast<double>(from * unit);
                d_bias[i] += static_cast<double>(from);
                sum += from * static_cast<long double>(weight[i]);
                products += from * static_cast<long double>(weight[i]) * unit;
            });
            if (!rule.centered) sum = 0;
            for_each_of_set(x, rule, s, set, [&](long double value, extent i, extent c, extent d, extent h, extent w) {
                const long double g =
                    static_cast<long double>(dy.at(s, d, h, w)[c]) * static_cast<long double>(weight[i]);
                const long double unit = (value - m.mean) * m.inverse;
                dx.at(s, d, h, w)[c] = static_cast<T>(m.inverse * (g - sum / m.count - unit * products / m.count));
            });
        }
}

}  // namespace kernels::reference
}  // namespace CTNN_BACKEND
}  // namespace ctnn
