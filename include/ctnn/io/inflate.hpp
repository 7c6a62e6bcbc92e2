// SPDX-License-Identifier: MIT
/// \file
/// Deflate streams whose unpacked size is known, by zlib. https://www.rfc-editor.org/rfc/rfc1951
#pragma once

#include <cstdint>

#if defined(CTNN_WITH_ZLIB)
#include <zlib.h>
#endif

#include "ctnn/io/bytes.hpp"

namespace ctnn::detail {

/// Deflate gives at most 1032 bytes for one: a match of 258 bytes takes at least 2 bits.
inline constexpr std::int64_t deflate_ratio = 1032;

/// How unpacking ended.
enum class inflation : unsigned char { whole, damaged, out_of_memory };

#if defined(CTNN_WITH_ZLIB)

/// The window bits by which zlib is told what is around a stream.
inline constexpr int bare_deflate = -15, zlib_deflate = 15, gzip_deflate = 15 + 16;

/// Unpacks a stream that must end with the packed bytes and give exactly the bytes that `to` has.
[[nodiscard]] inline inflation inflate_by_zlib(byte_view packed, byte_vector& to, int window_bits) {
    z_stream stream{};
    if (packed.size > 0x7fffffff || to.size() > 0x7fffffff) return inflation::damaged;
    if (inflateInit2(&stream, window_bits) != Z_OK) return inflation::out_of_memory;
    unsigned char none = 0;
    stream.next_in = const_cast<unsigned char*>(packed.data);
    stream.avail_in = static_cast<unsigned>(packed.size);
    stream.next_out = to.empty() ? &none : to.data();
    stream.avail_out = static_cast<unsigned>(to.size());
    const int status = inflate(&stream, Z_FINISH);
    const bool whole = status == Z_STREAM_END && stream.avail_in == 0 && stream.avail_out == 0;
    inflateEnd(&stream);
    return whole ? inflation::whole : status == Z_MEM_ERROR ? inflation::out_of_memory : inflation::damaged;
}

#endif

}  // namespace ctnn::detail
