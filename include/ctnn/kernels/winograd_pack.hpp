// SPDX-License-Identifier: MIT
/// \file
/// Transforms weights for a Winograd convolution and packs them in the order in which it reads them.
#pragma once

#include "ctnn/kernels/pack.hpp"
#include "ctnn/kernels/winograd.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Elements of the packed weights, without bias; the same for every instruction set, as packed_group().
[[nodiscard]] constexpr extent winograd_packed(extent outputs, extent taps, extent channels, extent filters) {
    return packed_group((outputs + 2) * (outputs + 2) * taps, channels, filters);
}

namespace detail {

/// G g G' of `lanes` filters at once: the 9 taps g are `lanes` numbers each, `plane` is the step of the points.
template <extent Outputs, class T>
CTNN_KERNEL void transform_weights(const T* taps, T* to, extent plane) {
    constexpr extent size = Outputs + 2;
    vec<T> half[static_cast<unsigned>(size)][3], points[static_cast<unsigned>(size)];
    for (extent j = 0; j < 3; ++j) {
        const T* at = taps + j * lanes<T>;
        const vec<T> g[3]{load(at), load(at + 3 * lanes<T>), load(at + 6 * lanes<T>)};
        winograd_transform<Outputs>::weights(g, points);
        for (extent i = 0; i < size; ++i) half[i][j] = points[i];
    }
    for (extent i = 0; i < size; ++i, to += size * plane) {
        winograd_transform<Outputs>::weights(half[i], points);
        for (extent j = 0; j < size; ++j) store(to + j * plane, points[j]);
    }
}

}  // namespace detail

/// Weights (taps, 3, 3, channels, filters) of a layer -> [block of filters][point][tap of depth][channel][filter of the
/// block], for the channels [first, last). `channels` and `filters` are those of the correlation; `scale` (filters
/// numbers, or null) multiplies each filter. With `transposed`, and no scale, it is the correlation that gives the
/// input's gradient: its channels are the layer's filters, its filters the layer's channels, and every axis of taps is
/// walked backwards.
template <class T>
void winograd_weights(extent outputs, extent taps, extent channels, extent filters, extent vectors, const T* weights,
                      const T* scale, bool transposed, extent first, extent last, T* to) {
    const extent points = (outputs + 2) * (outputs + 2);
    const extent tap_step = channels * filters;
    const extent channel_step = transposed ? 1 : filters, filter_step = transposed ? channels : 1;
    const auto pack = [&](extent, extent filter, extent count, extent place) {
        for (extent tap = 0; tap < taps; ++tap)
            for (extent c = first; c < last; ++c)
                for (extent f = 0; f < count; f += lanes<T>) {
                    const extent real = filters - filter - f;
                    vec<T> factor = T(1);
                    if (scale != nullptr) factor = load_padded(scale + filter + f, real);
                    alignas(alignment) T g[static_cast<unsigned>(9 * lanes<T>)];
                    for (extent k = 0; k < 9; ++k) {
                        const extent from = tap * 9 + k;
                        const T* at = weights + (transposed ? taps * 9 - 1 - from : from) * tap_step +
                                      c * channel_step + (filter + f) * filter_step;
                        T* lane = g + k * lanes<T>;
                        if (!transposed)
                            store(lane, load_padded(at, real) * factor);
                        else
                            for (extent i = 0; i < lanes<T>; ++i) lane[i] = i < real ? at[i * filter_step] : T(0);
                    }
                    T* packed = to + place + (tap * channels + c) * count + f;
                    if (outputs == 4)
                        detail::transform_weights<4>(g, packed, taps * channels * count);
                    else
                        detail::transform_weights<2>(g, packed, taps * channels * count);
                }
    };
    for_each_block<T>(1, filters, vectors, points * taps * channels, 1, pack);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
