// SPDX-License-Identifier: MIT
/// \file
/// Direct convolution with few filters, where a vector of filters would be nearly empty: vectors run over channels.
#pragma once

#include "ctnn/kernels/activation_function.hpp"
#include "ctnn/kernels/correlation.hpp"
#include "ctnn/kernels/pack.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Is it cheaper to add up channels than to compute a vector of filters? For a position and a filter a row of taps
/// takes a multiply-add for each vector of its channels, and the sum of the lanes takes about 3 more; a vector of
/// filters takes one for each tap and channel. Half is asked for, because what is read there serves several positions.
template <class T>
[[nodiscard]] constexpr bool prefers_narrow(const correlation& g) {
    const extent run = (g.taps[2] * g.channels + lanes<T> - 1) / lanes<T>;
    return 2 * g.filters * (g.taps[0] * g.taps[1] * run + 3) <= g.tap_count() * g.channels * vector_count<T>(g.filters);
}

/// Weights (taps, channels, groups * filters) of a layer -> [group][filter][tap][channel], in the memory of
/// packed_group(). `scale` as in pack_weights().
template <class T>
[[gnu::noinline]] void pack_narrow(const correlation& g, const T* weights, const T* scale, T* to) {
    const extent depth = g.tap_count() * g.channels, all = g.groups * g.filters;
    for (extent group = 0; group < g.groups; ++group, to += depth * round_up(g.filters))
        for (extent f = 0; f < g.filters; ++f) {
            const extent filter = group * g.filters + f;
            for (extent k = 0; k < depth; ++k)
                to[f * depth + k] = weights[k * all + filter] * (scale == nullptr ? T(1) : scale[filter]);
        }
}

/// x (rows of taps), w [filter][tap][channel], y [pixel][filter]: as many pixels as there are lanes, one filter after
/// another. A sum's lanes are channels until all taps are added; then each pixel's are summed into a lane of its own.
/// The operands are correlate()'s, for the rows [first, last) of one sample.
template <activation A, class T>
CTNN_KERNEL void correlate_narrow(const correlation& given, const T* x, const T* w, const T* bias, const T* add, T* y,
                                  extent first, extent last) {
    const correlation g = given.with_joined_taps();
    const extent depth = g.tap_count() * g.channels, whole = g.channels / lanes<T> * lanes<T>;
    const extent tail = g.channels - whole;
    const activation_vectors<T> numbers(g.numbers);
    alignas(alignment) T results[static_cast<unsigned>(lanes<T>)];
    for (extent row = first; row < last; ++row) {
        const extent d = row / g.positions[1], h = row % g.positions[1];
        const extent range[4]{g.tap_limit(0, d, false), g.tap_limit(0, d, true), g.tap_limit(1, h, false),
                              g.tap_limit(1, h, true)};
        for (extent p = 0; p < g.positions[2]; p += lanes<T>) {
            const extent rest = g.positions[2] - p, count = rest < lanes<T> ? rest : lanes<T>;
            const T* const in = x + d * g.in_step[0] + h * g.in_step[1] + p * g.in_step[2];
            const extent to = d * g.out_step[0] + h * g.out_step[1] + p * g.out_step[2];
            const extent from = d * g.add_step[0] + h * g.add_step[1] + p * g.add_step[2];
            extent at[static_cast<unsigned>(lanes<T>)];  // behind the row's end the last pixel once more
            for (extent i = 0; i < lanes<T>; ++i) at[i] = (i < count ? i : count - 1) * g.in_step[2];
            for (extent f = 0; f < g.groups * g.filters; ++f) {
                const extent group = f / g.filters, filter = f % g.filters;
                const T* const weights = w + group * depth * round_up(g.filters) + filter * depth;
                vec<T> sum[static_cast<unsigned>(lanes<T>)];
                unroll<lanes<T>>([&](auto i) { sum[i] = T(0); });
                for (extent kd = range[0]; kd < range[1]; ++kd)
                    for (extent kh = range[2]; kh < range[3]; ++kh)
                        for (extent kw = 0; kw < g.taps[2]; ++kw) {
                            const T* const taps = in + kd * g.tap_step[0] + kh * g.tap_step[1] + kw * g.tap_step[2] +
                                                  group * given.channels;
                            const T* const factors = weights + ((kd * g.taps[1] + kh) * g.taps[2] + kw) * g.channels;
                            for (extent c = 0; c < whole; c += lanes<T>) {
                                const vec<T> factor = load_held(factors + c);
                                unroll<lanes<T>>([&](auto i) { sum[i] = fma(load(taps + at[i] + c), factor, sum[i]); });
                            }
                            if (tail == 0) continue;
                            const vec<T> factor = load_partial(factors + whole, tail);
                            unroll<lanes<T>>([&](auto i) {
                                sum[i] = fma(load_partial(taps + at[i] + whole, tail), factor, sum[i]);
                            });
                        }
                vec<T> result = reduce_add_each<T>(sum) + vec<T>(bias[group * round_up(g.filters) + filter]);
                if (add != nullptr) {
                    for (extent i = 0; i < lanes<T>; ++i)
                        results[i] = i < count ? add[from + i * g.add_step[2] + f] : T(0);
                    result += load(results);
                }
                store(results, apply<A, T>(result, numbers));
                for (extent i = 0; i < count; ++i) y[to + i * g.out_step[2] + f] = results[i];
            }
        }
    }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
