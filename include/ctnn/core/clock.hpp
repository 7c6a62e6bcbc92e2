// SPDX-License-Identifier: MIT
/// \file
/// Time that passes, without <chrono>, which takes a compiler a quarter of a second.
#pragma once

#include <time.h>

namespace ctnn {

/// Seconds since some moment: only differences mean something. Monotonic where the system has such a clock (POSIX).
[[nodiscard]] inline double seconds_now() noexcept {
    timespec now{};
#if defined(CLOCK_MONOTONIC)
    ::clock_gettime(CLOCK_MONOTONIC, &now);
#else
    static_cast<void>(::timespec_get(&now, TIME_UTC));
#endif
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Seconds since the beginning of 1970: what files are dated with.
[[nodiscard]] inline double seconds_since_1970() noexcept {
    timespec now{};
    static_cast<void>(::timespec_get(&now, TIME_UTC));
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace ctnn
