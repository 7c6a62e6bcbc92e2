// SPDX-License-Identifier: MIT
/// \file
/// Memory in pages of 2 MB, where the system has them.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace ctnn::detail {

/// Asks for pages of 2 MB behind a block that was just allocated and not yet written: a request that the system may
/// refuse without harm. A network's weights are read as one stream, of which a page of 4 KB is 64 lines, and each new
/// page is looked up again: with large ones resnet18 runs 4 to 5 % faster, unet256 4 to 7 %. Smaller blocks than 4 MB,
/// which might be rounded up to twice their size, are left as they are. Linux alone: nothing elsewhere.
inline void ask_for_large_pages([[maybe_unused]] void* block, [[maybe_unused]] std::size_t bytes) noexcept {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    constexpr std::size_t page = 4096, least = std::size_t{4} << 20;
    if (bytes < least) return;
    const std::size_t skipped = (page - reinterpret_cast<std::uintptr_t>(block) % page) % page;
    (void)madvise(static_cast<unsigned char*>(block) + skipped, (bytes - skipped) / page * page, MADV_HUGEPAGE);
#endif
}

}  // namespace ctnn::detail
