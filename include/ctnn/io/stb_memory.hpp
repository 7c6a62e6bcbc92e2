// SPDX-License-Identifier: MIT
/// \file
/// Memory for stb, which looks at few of the blocks that it asks for, and takes some that fail for a file of another
/// format: a failed allocation must leave it as an exception, and every block that it holds then must be freed.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

namespace ctnn::detail {

/// The blocks that stb holds on this thread while the object lives; what is left is freed with it.
class stb_memory {
    struct alignas(std::max_align_t) block {
        block* before;
        block* after;
    };

    /// Tells its neighbors in the list where a block is.
    static void link(block* one) noexcept {
        one->before->after = one;
        if (one->after != nullptr) one->after->before = one;
    }
    static void* fail() {
#if defined(__cpp_exceptions)
        throw std::bad_alloc();
#else
        return nullptr;
#endif
    }

public:
    stb_memory() noexcept : outer_(current_) { current_ = this; }
    stb_memory(const stb_memory&) = delete;
    stb_memory& operator=(const stb_memory&) = delete;
    ~stb_memory() {
        while (first_.after != nullptr) give(first_.after + 1);
        current_ = outer_;
    }

    /// Zeroed memory: stb leaves the rest of a picture unset when a JPEG's scan ends early. Throws std::bad_alloc;
    /// without exceptions it gives null. \pre an object lives on this thread; so below
    static void* take(std::size_t size) {
        block* const made = static_cast<block*>(std::calloc(1, sizeof(block) + size));
        if (made == nullptr) return fail();
        block& first = current_->first_;
        made->before = &first;
        made->after = first.after;
        link(made);
        return made + 1;
    }
    static void give(void* at) noexcept {
        if (at == nullptr) return;
        block* const old = static_cast<block*>(at) - 1;
        old->before->after = old->after;
        if (old->after != nullptr) old->after->before = old->before;
        std::free(old);
    }
    static void* resize(void* at, std::size_t size) {
        if (at == nullptr) return take(size);
        block* const moved = static_cast<block*>(std::realloc(static_cast<block*>(at) - 1, sizeof(block) + size));
        if (moved == nullptr) return fail();
        link(moved);
        return moved + 1;
    }

private:
    inline static thread_local stb_memory* current_ = nullptr;
    stb_memory* outer_;
    block first_{nullptr, nullptr};
};

}  // namespace ctnn::detail
