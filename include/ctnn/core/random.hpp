// SPDX-License-Identifier: MIT
/// \file
/// Counter-based random numbers: number i of a stream is a function of (seed, stream, i) alone, so it is the same on
/// every platform, for every number of threads and in any order of asking.
///
/// Philox 4x32-10: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
#pragma once

#include <cstdint>

#include "ctnn/core/shape.hpp"

namespace ctnn {

/// The seed of everything random in a model or a training run.
struct seed {
    std::uint64_t value = 0;
};

/// Four 32-bit numbers for one counter and key.
struct philox_block {
    std::uint32_t word[4];
};

[[nodiscard]] constexpr philox_block philox(std::uint64_t key, std::uint64_t stream, std::uint64_t counter) {
    std::uint32_t c0 = static_cast<std::uint32_t>(counter), c1 = static_cast<std::uint32_t>(counter >> 32);
    std::uint32_t c2 = static_cast<std::uint32_t>(stream), c3 = static_cast<std::uint32_t>(stream >> 32);
    std::uint32_t k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c0;
        const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * c2;
        c0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ k0;
        c1 = static_cast<std::uint32_t>(p1);
        c2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ k1;
        c3 = static_cast<std::uint32_t>(p0);
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return {{c0, c1, c2, c3}};
}

/// A stream of random numbers that can be read in order or at any place.
class random_stream {
public:
    constexpr random_stream(seed s, std::uint64_t stream) : key_(s.value), stream_(stream) {}

    /// The i-th 32-bit number of the stream.
    [[nodiscard]] constexpr std::uint32_t bits(std::uint64_t i) const {
        return philox(key_, stream_, i / 4).word[i % 4];
    }
    /// The i-th number of the stream, uniform in [0, 1) with 24 random bits: equal in float and double.
    [[nodiscard]] constexpr double uniform(std::uint64_t i) const { return (bits(i) >> 8) * (1.0 / 16777216.0); }

    /// The next 32-bit number.
    constexpr std::uint32_t next() { return bits(position_++); }
    /// The next number, uniform in [0, 1).
    constexpr double next_uniform() { return uniform(position_++); }
    /// The next integer, uniform in [0, bound). \pre 0 < bound <= 2^31
    constexpr extent next_below(extent bound) {
        const std::uint64_t n = static_cast<std::uint64_t>(bound);
        for (;;) {  // Lemire's method: the rejected part makes every value exactly equally likely
            const std::uint64_t product = n * next();
            const std::uint64_t low = product & 0xFFFFFFFFu;
            if (low >= n || low >= (std::uint64_t{1} << 32) % n) return static_cast<extent>(product >> 32);
        }
    }

private:
    std::uint64_t key_, stream_, position_ = 0;
};

}  // namespace ctnn
