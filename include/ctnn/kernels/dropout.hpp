// SPDX-License-Identifier: MIT
/// \file
/// Dropout with a mask that is a function of seed, layer, step and element: backward draws it again, nothing is kept.
#pragma once

#include <cstdint>

#include "ctnn/core/random.hpp"
#include "ctnn/kernels/pixel_runs.hpp"
#include "ctnn/kernels/simd.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Names the mask of one layer in one step.
struct dropout_key {
    std::uint64_t seed, stream;
    dropout_key(std::uint64_t seed_value, int layer, std::uint64_t step)
        // The highest byte keeps the streams of masks apart from every other use of the seed.
        : seed(seed_value),
          stream((std::uint64_t{0xD0} << 56) | (static_cast<std::uint64_t>(layer) << 40) | (step & 0xFFFFFFFFFFu)) {}
};

namespace detail {

inline constexpr extent dropout_blocks = 64;
inline constexpr extent dropout_chunk = 4 * dropout_blocks;

/// Philox 4x32-10 (core/random.hpp) for the counters first, first + 1, ...: word[w][i] is word w of block first + i.
/// The same sequence for all blocks side by side, so that the compiler keeps the blocks in the lanes of registers.
CTNN_KERNEL inline void philox_blocks(std::uint64_t key, std::uint64_t stream, std::uint64_t first,
                                      std::uint32_t (&word)[4][dropout_blocks]) {
    std::uint32_t(&c0)[dropout_blocks] = word[0], (&c1)[dropout_blocks] = word[1];
    std::uint32_t(&c2)[dropout_blocks] = word[2], (&c3)[dropout_blocks] = word[3];
    for (extent i = 0; i < dropout_blocks; ++i) {
        const std::uint64_t counter = first + static_cast<std::uint64_t>(i);
        c0[i] = static_cast<std::uint32_t>(counter);
        c1[i] = static_cast<std::uint32_t>(counter >> 32);
        c2[i] = static_cast<std::uint32_t>(stream);
        c3[i] = static_cast<std::uint32_t>(stream >> 32);
    }
    std::uint32_t k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
    for (int round = 0; round < 10; ++round) {
        for (extent i = 0; i < dropout_blocks; ++i) {
            const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c0[i], p1 = std::uint64_t{0xCD9E8D57u} * c2[i];
            c0[i] = static_cast<std::uint32_t>(p1 >> 32) ^ c1[i] ^ k0;
            c1[i] = static_cast<std::uint32_t>(p1);
            c2[i] = static_cast<std::uint32_t>(p0 >> 32) ^ c3[i] ^ k1;
            c3[i] = static_cast<std::uint32_t>(p0);
        }
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

/// What an element is multiplied by: `scale` where its 24 random bits reach `threshold`, 0 elsewhere.
template <class T>
struct dropped {
    std::uint32_t threshold;
    T scale;
    explicit dropped(double rate)
        : threshold(static_cast<std::uint32_t>(rate * 16777216.0 + 0.5)),
          scale(rate < 1 ? static_cast<T>(1 / (1 - rate)) : T(0)) {}
};

/// The factors of the elements of one chunk. Element e takes word e / 64 % 4 of block e / 256 * 64 + e % 64: then words
/// that lie side by side in registers belong to elements that lie side by side in memory.
template <class T>
CTNN_INLINE void dropout_factors(const dropout_key& key, extent chunk, const dropped<T>& drops,
                                 T (&factor)[dropout_chunk]) {
    std::uint32_t word[4][dropout_blocks];
    philox_blocks(key.seed, key.stream, static_cast<std::uint64_t>(chunk * dropout_blocks), word);
    for (extent w = 0; w < 4; ++w)
        for (extent i = 0; i < dropout_blocks; ++i)
            factor[w * dropout_blocks + i] = (word[w][i] >> 8) >= drops.threshold ? drops.scale : T(0);
}

}  // namespace detail

/// x, y: `count` runs of `length` elements, the first of them number `first` of the batch. y = x times the factor of
/// its element, so that NaN passes; y may be x.
template <class T>
CTNN_KERNEL void drop(pixels<const T> x, pixels<T> y, extent first, extent count, extent length, const dropout_key& key,
                      const detail::dropped<T>& drops) {
    T factor[detail::dropout_chunk];
    extent chunk = -1;
    for (extent run = 0; run < count; ++run) {
        const T* from = x.data + run * x.step;
        T* to = y.data + run * y.step;
        for (extent done = 0; done < length;) {
            const extent element = first + run * length + done, skip = element % detail::dropout_chunk;
            if (element / detail::dropout_chunk != chunk) {
                chunk = element / detail::dropout_chunk;
                detail::dropout_factors(key, chunk, drops, factor);
            }
            const extent here =
                detail::dropout_chunk - skip < length - done ? detail::dropout_chunk - skip : length - done;
            extent i = 0;
            for (; i + lanes<T> <= here; i += lanes<T>)
                store(to + done + i, load(from + done + i) * load(static_cast<const T*>(factor) + skip + i));
            for (; i < here; ++i) to[done + i] = from[done + i] * factor[skip + i];
            done += here;
        }
    }
}

/// Inverted dropout of a whole batch of any layout: keeps an element with probability 1 - rate and divides it by that.
/// Forward and backward alike; y may be x.
template <class T>
void dropout_apply(const batch_view<const T>& x, const batch_view<T>& y, double rate, const dropout_key& key,
                   extent threads) {
    const detail::dropped<T> drops(rate);
    const extent channels = x.shape.channels();
    for_each_pixels(
        threads,
        [&](extent first, extent count, pixels<const T> from, pixels<T> to) {
            const bool gaps = from.step != channels || to.step != channels;
            drop(from, to, first * channels, gaps ? count : 1, gaps ? channels : count * channels, key, drops);
        },
        x, y);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
