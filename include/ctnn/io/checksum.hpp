// SPDX-License-Identifier: MIT
/// \file
/// Checksums that find damage in files. They are no signature: who can write the file can write its checksum.
#pragma once

#include <array>
#include <cstdint>

#include "ctnn/io/bytes.hpp"

namespace ctnn {
namespace detail {

/// Eight tables, so that eight bytes are taken at once: table[k][b] is the remainder of byte b followed by k zero
/// bytes.
constexpr std::array<std::array<std::uint32_t, 256>, 8> make_crc_tables(std::uint32_t polynomial) {
    std::array<std::array<std::uint32_t, 256>, 8> table{};
    for (std::uint32_t b = 0; b < 256; ++b) {
        std::uint32_t remainder = b;
        for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ ((remainder & 1U) != 0 ? polynomial : 0U);
        table[0][b] = remainder;
    }
    for (std::size_t k = 1; k < 8; ++k)
        for (std::size_t b = 0; b < 256; ++b) table[k][b] = (table[k - 1][b] >> 8) ^ table[0][table[k - 1][b] & 0xffU];
    return table;
}

inline constexpr std::array<std::array<std::uint32_t, 256>, 8> crc_tables = make_crc_tables(0xEDB88320U);

/// The remainder of bytes for the polynomial of the tables, start and end inverted.
[[nodiscard]] inline std::uint32_t crc_of(byte_view bytes, std::uint32_t before,
                                          const std::array<std::array<std::uint32_t, 256>, 8>& t) {
    std::uint32_t crc = ~before;
    const unsigned char* at = bytes.data;
    extent left = bytes.size;
    for (; left >= 8; left -= 8, at += 8) {
        const std::uint32_t low = load_little<std::uint32_t>(at) ^ crc;
        const std::uint32_t high = load_little<std::uint32_t>(at + 4);
        crc = t[7][low & 0xffU] ^ t[6][(low >> 8) & 0xffU] ^ t[5][(low >> 16) & 0xffU] ^ t[4][low >> 24] ^
              t[3][high & 0xffU] ^ t[2][(high >> 8) & 0xffU] ^ t[1][(high >> 16) & 0xffU] ^ t[0][high >> 24];
    }
    for (; left > 0; --left, ++at) crc = (crc >> 8) ^ t[0][(crc ^ *at) & 0xffU];
    return ~crc;
}

}  // namespace detail

/// CRC-32 as PNG, zip and gzip use it: polynomial 0xEDB88320 (reflected), start and end inverted. It finds every
/// single flipped bit and every burst of up to 32 bits. `before` continues an earlier call: crc32(b, crc32(a)).
/// https://www.w3.org/TR/png-3/#D-CRCAppendix
[[nodiscard]] inline std::uint32_t crc32(byte_view bytes, std::uint32_t before = 0) {
    return detail::crc_of(bytes, before, detail::crc_tables);
}

/// CRC-32C (Castagnoli), as event files of TensorBoard use it: polynomial 0x82F63B78 (reflected).
/// https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4
[[nodiscard]] inline std::uint32_t crc32c(byte_view bytes, std::uint32_t before = 0) {
    static constexpr auto tables = detail::make_crc_tables(0x82F63B78U);
    return detail::crc_of(bytes, before, tables);
}

/// Adler-32, which ends a zlib stream. https://www.rfc-editor.org/rfc/rfc1950
[[nodiscard]] inline std::uint32_t adler32(byte_view bytes) {
    std::uint32_t a = 1, b = 0;
    for (extent i = 0; i < bytes.size;) {
        // 5552 steps is the most for which b, at most 255 n (n + 1) / 2 + (n + 1) 65520, stays below 2^32.
        const extent end = bytes.size - i > 5552 ? i + 5552 : bytes.size;
        for (; i < end; ++i) {
            a += bytes[i];
            b += a;
        }
        a %= 65521;
        b %= 65521;
    }
    return (b << 16) | a;
}

/// A 64-bit hash of bytes, the same on every machine: words of 8 bytes (little-endian, the last filled up with
/// zeros), each mixed in by `h = (h xor word) * odd; h = h xor (h >> 32)`, the length first. Every step is a
/// bijection of the state, so a change inside one aligned word of 8 bytes is found with certainty, any other with
/// probability 1 - 2^-64. `before` continues an earlier call.
[[nodiscard]] inline std::uint64_t hash64(byte_view bytes, std::uint64_t before = 0) {
    constexpr std::uint64_t odd = 0x9E3779B97F4A7C15U;  // 2^64 divided by the golden ratio
    std::uint64_t h = before ^ 0xCBF29CE484222325U;
    const auto mix = [&h](std::uint64_t word) {
        h = (h ^ word) * odd;
        h ^= h >> 32;
    };
    mix(static_cast<std::uint64_t>(bytes.size));
    extent i = 0;
    for (; bytes.size - i >= 8; i += 8) mix(load_little<std::uint64_t>(bytes.data + i));
    if (i < bytes.size) {
        std::uint64_t last = 0;
        for (extent k = 0; i + k < bytes.size; ++k) last |= static_cast<std::uint64_t>(bytes[i + k]) << (8 * k);
        mix(last);
    }
    mix(0);
    return h;
}

}  // namespace ctnn
