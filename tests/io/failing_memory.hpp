// SPDX-License-Identifier: MIT
/// \file
/// Memory that runs out on request: every allocation of a program is counted, and the n-th fails, or all from the n-th
/// on. For one source file of a program of its own, because it replaces malloc.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace failing_memory {

inline long count = 0;          ///< allocations since start()
inline long live = 0;           ///< blocks that are not freed
inline long first_failure = 0;  ///< this allocation fails; 0: none
inline bool for_ever = false;   ///< and all behind it

/// From now on the n-th allocation fails.
inline void start(long n, bool all_behind) {
    count = 0;
    for_ever = all_behind;
    first_failure = n;
}
inline void stop() { first_failure = 0; }

inline bool fails() {
    ++count;
    const bool now = first_failure > 0 && (for_ever ? count >= first_failure : count == first_failure);
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

// glibc lets a program bring its own malloc, which the standard library, zlib and stb call as well.
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
void free(void* block) noexcept {
    failing_memory::live -= block != nullptr;
    __libc_free(block);
}
}

#else

// A sanitizer has its own malloc and finds leaks itself: here operator new alone is counted.
namespace failing_memory {

inline void* take(std::size_t bytes, std::size_t to) {
    const std::size_t whole = (bytes + to) / to * to;
    void* const block = fails() ? nullptr : std::aligned_alloc(to, whole);
    live += block != nullptr;
    return block;
}
inline void* take_or_throw(std::size_t bytes, std::size_t to) {
    if (void* const block = take(bytes, to)) return block;
    throw std::bad_alloc();
}
inline void give(void* block) {
    live -= block != nullptr;
    std::free(block);
}

}  // namespace failing_memory

void* operator new(std::size_t bytes) { return failing_memory::take_or_throw(bytes, 16); }
void* operator new[](std::size_t bytes) { return failing_memory::take_or_throw(bytes, 16); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return failing_memory::take(bytes, 16); }
void* operator new(std::size_t bytes, std::align_val_t to) {
    return failing_memory::take_or_throw(bytes, static_cast<std::size_t>(to));
}
void operator delete(void* block) noexcept { failing_memory::give(block); }
void operator delete[](void* block) noexcept { failing_memory::give(block); }
void operator delete(void* block, std::size_t) noexcept { failing_memory::give(block); }
void operator delete[](void* block, std::size_t) noexcept { failing_memory::give(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { failing_memory::give(block); }
void operator delete(void* block, std::align_val_t) noexcept { failing_memory::give(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { failing_memory::give(block); }

#endif
