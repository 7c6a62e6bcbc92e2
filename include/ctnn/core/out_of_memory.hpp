// SPDX-License-Identifier: MIT
/// \file
/// Memory that runs out while a file is read or written comes back as an error.
#pragma once

#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "ctnn/core/error.hpp"

namespace ctnn::detail {

/// The error for a failed allocation. It names the file if there is memory for the name; its own text is short enough
/// to need none.
[[nodiscard]] inline error make_out_of_memory([[maybe_unused]] const std::string& file) {
#if defined(__cpp_exceptions)
    try {
        return {error_kind::out_of_memory, file, "out of memory"};
    } catch (const std::bad_alloc&) {
        return error(error_kind::out_of_memory);
    }
#else
    return error(error_kind::out_of_memory);
#endif
}

/// Calls work(), which gives an error or a result, and turns a failed allocation of the standard library into
/// out_of_memory: what was allocated before is freed, and nothing that work() made is kept. Every public function
/// that reads or writes a file goes through here. Without exceptions (-fno-exceptions) the standard library itself
/// ends the program when memory runs out; no function can change that.
template <class Work>
[[nodiscard]] auto catch_out_of_memory([[maybe_unused]] const std::string& file, Work&& work) -> decltype(work()) {
#if defined(__cpp_exceptions)
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return make_out_of_memory(file);
    } catch (const std::length_error&) {  // more than a container can hold at all
        return make_out_of_memory(file);
    }
#else
    return work();
#endif
}

}  // namespace ctnn::detail
