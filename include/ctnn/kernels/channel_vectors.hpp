// SPDX-License-Identifier: MIT
/// \file
/// The loop over the channels of a pixel, a vector at a time, the last one masked.
#pragma once

#include <type_traits>

#include "ctnn/kernels/simd.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Says of each lane whether it is one of the first `count`, count in [0, lanes).
template <class T>
CTNN_INLINE mask<T> first_lanes(extent count) {
    T ones[static_cast<unsigned long>(lanes<T>)];
    for (T& one : ones) one = 1;
    return load_partial(static_cast<const T*>(ones), count) == vec<T>(T(1));
}

/// Calls body(c, read, write) for each vector of channels, c being its first: read(p) and write(p, v) touch only the
/// channels that exist; the lanes that a partial read lacks are zero.
template <class T, class Body>
CTNN_INLINE void for_each_channel_vector(extent channels, const Body& body) {
    extent c = 0;
    for (; c + lanes<T> <= channels; c += lanes<T>)
        body(
            c, [](const T* p) { return load(p); }, [](T* p, vec<T> v) { store(p, v); });
    if (const extent rest = channels - c; rest > 0)
        body(
            c, [rest](const T* p) { return load_partial(p, rest); },
            [rest](T* p, vec<T> v) { store_partial(p, v, rest); });
}

/// Calls body(count, c, read, write) for groups of four vectors of channels, count being the constant 4, then for
/// single ones as above, count being 1. Four sums at once hide the latency of an addition, and 256 bytes of each pixel
/// are few enough jumps for the prefetcher.
template <class T, class Body>
CTNN_INLINE void for_each_channel_group(extent channels, const Body& body) {
    const extent whole = channels / (4 * lanes<T>)*(4 * lanes<T>);
    for (extent c = 0; c < whole; c += 4 * lanes<T>)
        body(
            std::integral_constant<unsigned long, 4>{}, c, [](const T* p) { return load(p); },
            [](T* p, vec<T> v) { store(p, v); });
    for_each_channel_vector<T>(channels - whole, [&](extent c, auto read, auto write) {
        body(std::integral_constant<unsigned long, 1>{}, whole + c, read, write);
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
