// SPDX-License-Identifier: MIT
/// \file
/// Every allocation of a program is counted, and on request the n-th fails, or all from the n-th on. For one source
/// file of a program, because it replaces malloc: glibc's, where no sanitizer brings its own.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#if __has_include(<mm_malloc.h>)
#include <mm_malloc.h>  // declares posix_memalign without noexcept, which clang takes before its definition alone
#endif

namespace failing_memory {

inline std::atomic<long> count{0};  ///< allocations since start()
inline std::atomic<long> live{0};   ///< blocks that are not freed
inline long first_failure = 0;      ///< this allocation fails; 0: none
inline bool for_ever = false;       ///< and all behind it

/// From now on the n-th allocation fails.
inline void start(long n, bool all_behind) {
    count = 0;
    for_ever = all_behind;
    first_failure = n;
}
inline void stop() { first_failure = 0; }

inline bool fails() {
    const long number = ++count;
    const bool now = first_failure > 0 && (for_ever ? number >= first_failure : number == first_failure);
    if (now) errno = ENOMEM;
    return now;
}

}  // namespace failing_memory

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CTNN_TEST_SANITIZED 1
#endif
#endif

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(CTNN_TEST_SANITIZED)

// glibc lets a program bring its own malloc, which the standard library, OpenMP, zlib and stb call as well.
#define CTNN_TEST_COUNTS_MALLOC 1
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);
}

namespace failing_memory {

inline void* counted(void* block) {
    live += block != nullptr;
    return block;
}

}  // namespace failing_memory

extern "C" {
void* malloc(std::size_t bytes) noexcept {
    return failing_memory::fails() ? nullptr : failing_memory::counted(__libc_malloc(bytes));
}
void* calloc(std::size_t items, std::size_t bytes) noexcept {
    return failing_memory::fails() ? nullptr : failing_memory::counted(__libc_calloc(items, bytes));
}
void* realloc(void* old, std::size_t bytes) noexcept {
    if (failing_memory::fails()) return nullptr;
    void* const block = __libc_realloc(old, bytes);
    failing_memory::live += old == nullptr && block != nullptr;
    return block;
}
void* memalign(std::size_t to, std::size_t bytes) noexcept {
    return failing_memory::fails() ? nullptr : failing_memory::counted(__libc_memalign(to, bytes));
}
void* aligned_alloc(std::size_t to, std::size_t bytes) noexcept { return memalign(to, bytes); }
int posix_memalign(void** block, std::size_t to, std::size_t bytes) noexcept {
    void* const made = memalign(to, bytes);
    if (made != nullptr) *block = made;
    return made == nullptr ? ENOMEM : 0;
}
void free(void* block) noexcept {
    failing_memory::live -= block != nullptr;
    __libc_free(block);
}
}

#endif
