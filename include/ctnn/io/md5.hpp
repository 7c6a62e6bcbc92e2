// SPDX-License-Identifier: MIT
/// \file
/// MD5, because data sets are published with it. It finds damage and mix-ups; it is no protection from a forger.
/// https://www.rfc-editor.org/rfc/rfc1321
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string>

#include "ctnn/io/bytes.hpp"

namespace ctnn {
namespace detail {

/// floor(2^32 |sin(i + 1)|) for i from 0 to 63, as the standard defines it.
inline constexpr std::array<std::uint32_t, 64> md5_sines = {
    0xD76AA478U, 0xE8C7B756U, 0x242070DBU, 0xC1BDCEEEU, 0xF57C0FAFU, 0x4787C62AU, 0xA8304613U, 0xFD469501U,
    0x698098D8U, 0x8B44F7AFU, 0xFFFF5BB1U, 0x895CD7BEU, 0x6B901122U, 0xFD987193U, 0xA679438EU, 0x49B40821U,
    0xF61E2562U, 0xC040B340U, 0x265E5A51U, 0xE9B6C7AAU, 0xD62F105DU, 0x02441453U, 0xD8A1E681U, 0xE7D3FBC8U,
    0x21E1CDE6U, 0xC33707D6U, 0xF4D50D87U, 0x455A14EDU, 0xA9E3E905U, 0xFCEFA3F8U, 0x676F02D9U, 0x8D2A4C8AU,
    0xFFFA3942U, 0x8771F681U, 0x6D9D6122U, 0xFDE5380CU, 0xA4BEEA44U, 0x4BDECFA9U, 0xF6BB4B60U, 0xBEBFBC70U,
    0x289B7EC6U, 0xEAA127FAU, 0xD4EF3085U, 0x04881D05U, 0xD9D4D039U, 0xE6DB99E5U, 0x1FA27CF8U, 0xC4AC5665U,
    0xF4292244U, 0x432AFF97U, 0xAB9423A7U, 0xFC93A039U, 0x655B59C3U, 0x8F0CCC92U, 0xFFEFF47DU, 0x85845DD1U,
    0x6FA87E4FU, 0xFE2CE6E0U, 0xA3014314U, 0x4E0811A1U, 0xF7537E82U, 0xBD3AF235U, 0x2AD7D2BBU, 0xEB86D391U,
};

/// Mixes one block of 64 bytes into the state. \pre block points to 64 bytes
inline void md5_block(std::array<std::uint32_t, 4>& state, const unsigned char* block) {
    constexpr std::array<std::array<int, 4>, 4> turns = {
        {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};
    auto [a, b, c, d] = state;
    for (std::size_t i = 0; i < 64; ++i) {
        const std::size_t round = i / 16;
        std::uint32_t mixed = 0;
        std::size_t word = 0;
        switch (round) {
            case 0:
                mixed = (b & c) | (~b & d);
                word = i;
                break;
            case 1:
                mixed = (d & b) | (~d & c);
                word = (5 * i + 1) % 16;
                break;
            case 2:
                mixed = b ^ c ^ d;
                word = (3 * i + 5) % 16;
                break;
            default:
                mixed = c ^ (b | ~d);
                word = 7 * i % 16;
        }
        mixed += a + md5_sines[i] + load_little<std::uint32_t>(block + 4 * word);
        a = d;
        d = c;
        c = b;
        b += std::rotl(mixed, turns[round][i % 4]);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

}  // namespace detail

/// The MD5 of bytes, as 32 hexadecimal digits in lower case.
[[nodiscard]] inline std::string md5(byte_view bytes) {
    std::array<std::uint32_t, 4> state = {0x67452301U, 0xEFCDAB89U, 0x98BADCFEU, 0x10325476U};
    extent at = 0;
    for (; bytes.size - at >= 64; at += 64) detail::md5_block(state, bytes.data + at);

    // The rest, a bit that is set, zeros, and the length in bits: one block or two.
    std::array<unsigned char, 128> last{};
    const extent left = bytes.size - at;
    for (extent i = 0; i < left; ++i) last[static_cast<std::size_t>(i)] = bytes[at + i];
    last[static_cast<std::size_t>(left)] = 0x80;
    const std::size_t end = left < 56 ? 64 : 128;
    const std::uint64_t bits = static_cast<std::uint64_t>(bytes.size) * 8;
    for (std::size_t i = 0; i < 8; ++i) last[end - 8 + i] = static_cast<unsigned char>((bits >> (8 * i)) & 0xffU);
    for (std::size_t block = 0; block < end; block += 64) detail::md5_block(state, last.data() + block);

    std::string text;
    for (const std::uint32_t word : state)
        for (int byte = 0; byte < 4; ++byte)
            for (const int shift : {4, 0}) text += "0123456789abcdef"[(word >> (8 * byte + shift)) & 15U];
    return text;
}

}  // namespace ctnn
