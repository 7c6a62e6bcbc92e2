// SPDX-License-Identifier: MIT
/// \file
/// Packs weights in the order in which a convolution reads them.
#pragma once

#include "ctnn/core/threads.hpp"
#include "ctnn/kernels/correlation.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Calls at(group, filter, count, place) for each block of filters of a tile with `vectors` vectors, of each group: its
/// first filter, its filters with padding, its place in the packed weights with `depth` = taps * channels.
template <class T, class Function>
inline void for_each_block(extent groups, extent filters, extent vectors, extent depth, extent threads,
                           const Function& at) {
    const extent total = vector_count<T>(filters) * lanes<T>, width = vectors * lanes<T>;
    const extent blocks = (total + width - 1) / width;
    parallel_for(groups * blocks, threads_for(groups * total * depth, threads), [&](extent i) {
        const extent group = i / blocks, filter = i % blocks * width;
        at(group, filter, total - filter < width ? total - filter : width,
           group * depth * round_up(filters) + filter * depth);
    });
}

/// A vector whose first `real` numbers are read (all of them, some, or none), and the others 0.
template <class T>
CTNN_INLINE vec<T> load_padded(const T* from, extent real) {
    return real >= lanes<T> ? load(from) : real > 0 ? load_partial(from, real) : vec<T>(T(0));
}

/// Weights (taps, channels, groups * filters) of a layer -> packed [group][block][tap][channel][filters of the block].
/// `scale` (groups * filters numbers, or null) multiplies each filter: a batch norm that is folded.
template <class T>
inline void pack_weights(const correlation& g, extent vectors, const T* weights, const T* scale, T* to,
                         extent threads = 1) {
    const extent depth = g.tap_count() * g.channels, all = g.groups * g.filters;
    const auto pack = [&](extent group, extent filter, extent count, extent place) {
        const extent real = g.filters - filter < count ? g.filters - filter : count;
        const T* from = weights + group * g.filters + filter;
        const T* factor = scale == nullptr ? nullptr : scale + group * g.filters + filter;
        T* packed = to + place;
        for (extent k = 0; k < depth; ++k, from += all, packed += count)
            for (extent f = 0; f < count; f += lanes<T>) {
                vec<T> weight = load_padded(from + f, real - f);
                if (factor != nullptr) weight = weight * load_padded(factor + f, real - f);
                store(packed + f, weight);
            }
    };
    for_each_block<T>(g.groups, g.filters, vectors, depth, threads, pack);
}

/// Bias (groups * filters numbers, or null for zeros) -> [group][filters rounded up to 16], times scale, plus shift.
template <class T>
[[gnu::noinline]] void pack_bias(const correlation& g, const T* bias, const T* scale, const T* shift, T* to) {
    for (extent group = 0; group < g.groups; ++group, to += round_up(g.filters))
        for (extent f = 0; f < round_up(g.filters); f += lanes<T>) {
            const extent filter = group * g.filters + f, real = g.filters - f;
            vec<T> value(T(0));
            if (bias != nullptr) value = load_padded(bias + filter, real);
            if (bias != nullptr && scale != nullptr) value = value * load_padded(scale + filter, real);
            if (shift != nullptr) value = value + load_padded(shift + filter, real);
            store(to + f, value);
        }
}

/// Which taps of one axis reach the input positions of one phase, for the gradient with respect to the input.
struct tap_run {
    extent first = 0;  ///< the last tap: they are walked backwards, so that the gradient is read forwards
    extent step = 1;   ///< from one tap to the one before it
    extent count = 0;
};

/// The same weights with channels and filters exchanged, for the taps of one phase, flipped: (taps, channels, all
/// filters) -> packed [group][block of channels][tap of the phase][filter][channels of the block]. g is the layer's
/// own geometry: its taps, channels and filters. `scale` (groups * channels numbers, or null) multiplies each channel.
template <class T>
inline void pack_transposed(const correlation& g, const tap_run (&run)[3], extent vectors, const T* weights, T* to,
                            const T* scale = nullptr, extent threads = 1) {
    const extent all = g.groups * g.filters;
    const extent depth = run[0].count * run[1].count * run[2].count * g.filters;
    const auto pack = [&](extent group, extent channel, extent count, extent place) {
        T* packed = to + place;
        for (extent d = 0; d < run[0].count; ++d)
            for (extent h = 0; h < run[1].count; ++h)
                for (extent w = 0; w < run[2].count; ++w, packed += g.filters * count) {
                    const extent tap =
                        ((run[0].first - d * run[0].step) * g.taps[1] + run[1].first - h * run[1].step) * g.taps[2] +
                        run[2].first - w * run[2].step;
                    const T* from = weights + (tap * g.channels + channel) * all + group * g.filters;
                    for (extent c = 0; c < count; ++c) {
                        const bool real = channel + c < g.channels;
                        const T factor = real && scale != nullptr ? scale[group * g.channels + channel + c] : T(1);
                        for (extent f = 0; f < g.filters; ++f)
                            packed[f * count + c] = real ? from[c * all + f] * factor : T(0);
                    }
                }
    };
    for_each_block<T>(g.groups, g.channels, vectors, depth, threads, pack);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
