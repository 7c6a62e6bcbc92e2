// SPDX-License-Identifier: MIT
/// \file
/// Memory that runs out on request; see replaced_malloc.hpp. Where malloc cannot be replaced, operator new is.
#pragma once

#include <cstdlib>
#include <new>

#include "replaced_malloc.hpp"

#if !defined(CTNN_TEST_COUNTS_MALLOC)

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
