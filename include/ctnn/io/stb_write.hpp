// SPDX-License-Identifier: MIT
/// \file
/// A private copy of stb_image_write, kept apart from a user's own as stb_read.hpp explains.
#pragma once

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ctnn/io/stb_memory.hpp"

#pragma push_macro("INCLUDE_STB_IMAGE_WRITE_H")
#undef INCLUDE_STB_IMAGE_WRITE_H
#pragma push_macro("STBIWDEF")
#undef STBIWDEF
#pragma push_macro("STBIW_ASSERT")
#undef STBIW_ASSERT
#pragma push_macro("STBIW_CRC32")
#undef STBIW_CRC32
#pragma push_macro("STBIW_EXTERN")
#undef STBIW_EXTERN
#pragma push_macro("STBIW_FREE")
#undef STBIW_FREE
#pragma push_macro("STBIW_MALLOC")
#undef STBIW_MALLOC
#pragma push_macro("STBIW_MEMMOVE")
#undef STBIW_MEMMOVE
#pragma push_macro("STBIW_REALLOC")
#undef STBIW_REALLOC
#pragma push_macro("STBIW_REALLOC_SIZED")
#undef STBIW_REALLOC_SIZED
#pragma push_macro("STBIW_UCHAR")
#undef STBIW_UCHAR
#pragma push_macro("STBIW_WINDOWS_UTF8")
#undef STBIW_WINDOWS_UTF8
#pragma push_macro("STBIW_ZLIB_COMPRESS")
#undef STBIW_ZLIB_COMPRESS
#pragma push_macro("STBI_WRITE_NO_STDIO")
#undef STBI_WRITE_NO_STDIO
#pragma push_macro("STB_IMAGE_WRITE_IMPLEMENTATION")
#undef STB_IMAGE_WRITE_IMPLEMENTATION
#pragma push_macro("STB_IMAGE_WRITE_STATIC")
#undef STB_IMAGE_WRITE_STATIC
#pragma push_macro("stbiw__ZHASH")
#undef stbiw__ZHASH
#pragma push_macro("stbiw__max")
#undef stbiw__max
#pragma push_macro("stbiw__sbcount")
#undef stbiw__sbcount
#pragma push_macro("stbiw__sbfree")
#undef stbiw__sbfree
#pragma push_macro("stbiw__sbgrow")
#undef stbiw__sbgrow
#pragma push_macro("stbiw__sbm")
#undef stbiw__sbm
#pragma push_macro("stbiw__sbmaybegrow")
#undef stbiw__sbmaybegrow
#pragma push_macro("stbiw__sbn")
#undef stbiw__sbn
#pragma push_macro("stbiw__sbneedgrow")
#undef stbiw__sbneedgrow
#pragma push_macro("stbiw__sbpush")
#undef stbiw__sbpush
#pragma push_macro("stbiw__sbraw")
#undef stbiw__sbraw
#pragma push_macro("stbiw__wp32")
#undef stbiw__wp32
#pragma push_macro("stbiw__wpng4")
#undef stbiw__wpng4
#pragma push_macro("stbiw__wptag")
#undef stbiw__wptag
#pragma push_macro("stbiw__zlib_add")
#undef stbiw__zlib_add
#pragma push_macro("stbiw__zlib_flush")
#undef stbiw__zlib_flush
#pragma push_macro("stbiw__zlib_huff")
#undef stbiw__zlib_huff
#pragma push_macro("stbiw__zlib_huff1")
#undef stbiw__zlib_huff1
#pragma push_macro("stbiw__zlib_huff2")
#undef stbiw__zlib_huff2
#pragma push_macro("stbiw__zlib_huff3")
#undef stbiw__zlib_huff3
#pragma push_macro("stbiw__zlib_huff4")
#undef stbiw__zlib_huff4
#pragma push_macro("stbiw__zlib_huffa")
#undef stbiw__zlib_huffa
#pragma push_macro("stbiw__zlib_huffb")
#undef stbiw__zlib_huffb

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#define STBIW_ASSERT(condition) ((void)0)
#define STBIW_MALLOC(size) ::ctnn::detail::stb_memory::take(size)
#define STBIW_REALLOC(block, size) ::ctnn::detail::stb_memory::resize(block, size)
#define STBIW_FREE(block) ::ctnn::detail::stb_memory::give(block)

#pragma GCC diagnostic push
#if defined(__clang__)
#pragma clang diagnostic ignored "-Weverything"
#else
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wdouble-promotion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wuseless-cast"
#pragma GCC diagnostic ignored "-Wcast-align"
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wduplicated-branches"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wimplicit-fallthrough"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wundef"
#endif

namespace ctnn::detail::stb_write {
#if __has_include(<stb/stb_image_write.h>)
#include <stb/stb_image_write.h>
#else
#include <stb_image_write.h>
#endif
}  // namespace ctnn::detail::stb_write

#pragma GCC diagnostic pop

#pragma pop_macro("INCLUDE_STB_IMAGE_WRITE_H")
#pragma pop_macro("STBIWDEF")
#pragma pop_macro("STBIW_ASSERT")
#pragma pop_macro("STBIW_CRC32")
#pragma pop_macro("STBIW_EXTERN")
#pragma pop_macro("STBIW_FREE")
#pragma pop_macro("STBIW_MALLOC")
#pragma pop_macro("STBIW_MEMMOVE")
#pragma pop_macro("STBIW_REALLOC")
#pragma pop_macro("STBIW_REALLOC_SIZED")
#pragma pop_macro("STBIW_UCHAR")
#pragma pop_macro("STBIW_WINDOWS_UTF8")
#pragma pop_macro("STBIW_ZLIB_COMPRESS")
#pragma pop_macro("STBI_WRITE_NO_STDIO")
#pragma pop_macro("STB_IMAGE_WRITE_IMPLEMENTATION")
#pragma pop_macro("STB_IMAGE_WRITE_STATIC")
#pragma pop_macro("stbiw__ZHASH")
#pragma pop_macro("stbiw__max")
#pragma pop_macro("stbiw__sbcount")
#pragma pop_macro("stbiw__sbfree")
#pragma pop_macro("stbiw__sbgrow")
#pragma pop_macro("stbiw__sbm")
#pragma pop_macro("stbiw__sbmaybegrow")
#pragma pop_macro("stbiw__sbn")
#pragma pop_macro("stbiw__sbneedgrow")
#pragma pop_macro("stbiw__sbpush")
#pragma pop_macro("stbiw__sbraw")
#pragma pop_macro("stbiw__wp32")
#pragma pop_macro("stbiw__wpng4")
#pragma pop_macro("stbiw__wptag")
#pragma pop_macro("stbiw__zlib_add")
#pragma pop_macro("stbiw__zlib_flush")
#pragma pop_macro("stbiw__zlib_huff")
#pragma pop_macro("stbiw__zlib_huff1")
#pragma pop_macro("stbiw__zlib_huff2")
#pragma pop_macro("stbiw__zlib_huff3")
#pragma pop_macro("stbiw__zlib_huff4")
#pragma pop_macro("stbiw__zlib_huffa")
#pragma pop_macro("stbiw__zlib_huffb")
