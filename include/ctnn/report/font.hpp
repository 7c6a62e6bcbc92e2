// SPDX-License-Identifier: MIT
/// \file
/// A small bitmap font for pictures: ASCII 32 to 126, letters 5 wide and 7 high, and 2 rows below the base line.
#pragma once

#include <cstdint>

#include "ctnn/core/shape.hpp"

namespace ctnn::detail {

inline constexpr extent glyph_width = 5, glyph_height = 9, glyph_advance = 6;

/// Nine rows of five bits each, the upper left pixel in bit 44.
inline constexpr std::uint64_t glyphs[95] = {
    0x000000000000, 0x042108401000, 0x0a5280000000, 0x0a57d5f52800, 0x047d1c5f1000,  // space ! " # $
    0x18c888898c00, 0x0c9511593400, 0x042200000000, 0x022210820800, 0x082084222000,  // % & ' ( )
    0x00255d520000, 0x00213e420000, 0x000000061100, 0x00003e000000, 0x000000063000,  // * + , - .
    0x010888884000, 0x0e8ceb98b800, 0x046108423800, 0x0e8844447c00, 0x1f110418b800,  // / 0 1 2 3
    0x0232a5f10800, 0x1f878218b800, 0x06443d18b800, 0x1f0888842000, 0x0e8c5d18b800,  // 4 5 6 7 8
    0x0e8c5e113000, 0x006300c60000, 0x006300c22000, 0x022220820800, 0x0007c1f00000,  // 9 : ; < =
    0x082082222000, 0x0e8844401000, 0x0e885b5ab800, 0x0e8c7f18c400, 0x1e8c7d18f800,  // > ? @ A B
    0x0e8c2108b800, 0x1c9463197000, 0x1f843d087c00, 0x1f843d084000, 0x0e8c2f18bc00,  // C D E F G
    0x118c7f18c400, 0x0e2108423800, 0x071084293000, 0x119531494400, 0x108421087c00,  // H I J K L
    0x11dd6b18c400, 0x118e6b38c400, 0x0e8c6318b800, 0x1e8c7d084000, 0x0e8c63593400,  // M N O P Q
    0x1e8c7d494400, 0x0f841c10f800, 0x1f2108421000, 0x118c6318b800, 0x118c63151000,  // R S T U V
    0x118c6b5aa800, 0x118a88a8c400, 0x118c54421000, 0x1f0888887c00, 0x0e4210843800,  // W X Y Z [
    0x108208208400, 0x0e1084213800, 0x045440000000, 0x0000000003e0, 0x082080000000,  // backslash ] ^ _ `
    0x000382f8bc00, 0x1085b318f800, 0x0003a308b800, 0x010b6718bc00, 0x0003a3f83800,  // a b c d e
    0x064a38842000, 0x0003e318bc2e, 0x1085b318c400, 0x040308423800, 0x020184210a4c,  // f g h i j
    0x1084a98a4800, 0x0c2108423800, 0x0006ab5ad400, 0x0005b318c400, 0x0003a318b800,  // k l m n o
    0x0007a318fa10, 0x0003e318bc21, 0x0005b3084000, 0x0003e0e0f800, 0x084710849800,  // p q r s t
    0x00046319b400, 0x000463151000, 0x0004635aa800, 0x000454454400, 0x00046318bc2e,  // u v w x y
    0x0007c4447c00, 0x022110420800, 0x042108421000, 0x082104422000, 0x00022a200000,  // z { | } ~
};

/// The glyph of a character; a question mark for what the font lacks.
[[nodiscard]] constexpr std::uint64_t glyph_of(char c) { return glyphs[c >= 32 && c <= 126 ? c - 32 : '?' - 32]; }

/// Is this pixel set? \pre 0 <= x < 5, 0 <= y < 9
[[nodiscard]] constexpr bool glyph_pixel(std::uint64_t glyph, extent x, extent y) {
    return ((glyph >> (44 - 5 * y - x)) & 1U) != 0;
}

}  // namespace ctnn::detail
