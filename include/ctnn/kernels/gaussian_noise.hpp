// SPDX-License-Identifier: MIT
/// \file
/// Noise with a normal distribution that is a function of seed, layer, step and element.
#pragma once

#include <bit>
#include <cmath>

#include "ctnn/kernels/dropout.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// sqrt(-2 ln(u)) for u in (0, 1], the radius of a pair of normal numbers. With u = 2^e m, m in [sqrt(1/2), sqrt(2)):
/// ln(u) = e ln(2) + 2 artanh(z), z = (m - 1) / (m + 1): |z| < 0.172, and the first term left out is z^11 / 11 < 4e-10.
CTNN_INLINE float normal_radius(float u) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(u) - 0x3F3504F3u;  // less the bits of sqrt(1/2)
    const float exponent = static_cast<float>(static_cast<std::int32_t>(bits) >> 23);
    const float m = std::bit_cast<float>((bits & 0x7FFFFFu) + 0x3F3504F3u);
    const float z = (m - 1) / (m + 1), square = z * z;
    const float tail = square * (1.0F / 3 + square * (1.0F / 5 + square * (1.0F / 7 + square * (1.0F / 9))));
    const float logarithm = exponent * 0.693147181F + 2 * (z + z * tail);
    return std::sqrt(logarithm < 0 ? -2 * logarithm : 0.0F);
}

/// The normal numbers of one chunk, one an element: those of dropout's words, in pairs by Box and Muller's transform.
/// In float for both precisions, 24 bits of angle and up to 32 of radius: the largest number is 6.7.
CTNN_KERNEL inline void normal_numbers(const dropout_key& key, extent chunk, float (&number)[dropout_chunk]) {
    std::uint32_t word[4][dropout_blocks];
    philox_blocks(key.seed, key.stream, static_cast<std::uint64_t>(chunk * dropout_blocks), word);
    for (extent pair = 0; pair < 4; pair += 2)
        for (extent i = 0; i < dropout_blocks; ++i) {
            const float u = (static_cast<float>(word[pair][i]) + 0.5F) * 0x1p-32F;
            // A turn in 2^24 parts: the nearest quarter, and an angle within pi / 4 of it, whose sine and cosine are
            // Taylor's sums; the first terms left out are below 4e-8.
            const std::int32_t turn = static_cast<std::int32_t>(word[pair + 1][i] >> 8);
            const std::int32_t quarter = (turn + 0x200000) >> 22;
            const float a = static_cast<float>(turn - quarter * 0x400000) * 3.74507028e-7F, s = a * a;
            const float sine =
                a + a * s * (-1.0F / 6 + s * (1.0F / 120 + s * (-1.0F / 5040 + s * (1.0F / 362880))));
            const float cosine = 1 + s * (-0.5F + s * (1.0F / 24 + s * (-1.0F / 720 + s * (1.0F / 40320))));
            const float radius = normal_radius(u);
            const float x = (quarter & 1) != 0 ? -sine : cosine, y = (quarter & 1) != 0 ? cosine : sine;
            const float sign = (quarter & 2) != 0 ? -radius : radius;
            number[pair * dropout_blocks + i] = x * sign;
            number[(pair + 1) * dropout_blocks + i] = y * sign;
        }
}

}  // namespace detail

/// x, y: `count` runs of `length` elements, the first of them number `first` of the batch. y = x + deviation times the
/// normal number of the element; y may be x.
template <class T>
CTNN_KERNEL void add_noise(pixels<const T> x, pixels<T> y, extent first, extent count, extent length,
                           const dropout_key& key, T deviation) {
    float number[detail::dropout_chunk];
    extent chunk = -1;
    for (extent run = 0; run < count; ++run) {
        const T* from = x.data + run * x.step;
        T* to = y.data + run * y.step;
        for (extent done = 0; done < length;) {
            const extent element = first + run * length + done, skip = element % detail::dropout_chunk;
            if (element / detail::dropout_chunk != chunk) {
                chunk = element / detail::dropout_chunk;
                detail::normal_numbers(key, chunk, number);
            }
            const extent rest = detail::dropout_chunk - skip, here = rest < length - done ? rest : length - done;
            CTNN_INDEPENDENT  // the two may be the same
                for (extent i = 0; i < here; ++i)
                    to[done + i] = from[done + i] + deviation * static_cast<T>(number[skip + i]);
            done += here;
        }
    }
}

/// The same for a whole batch of any layout.
template <class T>
void add_gaussian_noise(const batch_view<const T>& x, const batch_view<T>& y, double deviation, const dropout_key& key,
                        extent threads) {
    const extent channels = x.shape.channels();
    for_each_pixels(
        threads,
        [&](extent first, extent count, pixels<const T> from, pixels<T> to) {
            const bool gaps = from.step != channels || to.step != channels;
            add_noise(from, to, first * channels, gaps ? count : 1, gaps ? channels : count * channels, key,
                      static_cast<T>(deviation));
        },
        x, y);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
