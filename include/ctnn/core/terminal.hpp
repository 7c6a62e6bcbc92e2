// SPDX-License-Identifier: MIT
/// \file
/// What is known of the terminal that a text goes to. Tested on Linux; the Windows branch is untested.
#pragma once

#include <cstdio>
#if defined(_WIN32)
#include <io.h>
#else
#include <unistd.h>
#endif

namespace ctnn {

/// Does somebody watch this stream? A line can be drawn over on a terminal, not in a file or a pipe.
[[nodiscard]] inline bool is_terminal(std::FILE* stream) {
#if defined(_WIN32)
    return ::_isatty(::_fileno(stream)) != 0;
#else
    return ::isatty(::fileno(stream)) == 1;
#endif
}

}  // namespace ctnn
