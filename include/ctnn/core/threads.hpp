// SPDX-License-Identifier: MIT
/// \file
/// The loop over independent pieces of work. The pieces never depend on the number of threads, so neither do results.
#pragma once

#include "ctnn/core/config.hpp"
#include "ctnn/core/shape.hpp"

#if defined(_OPENMP)
#include <omp.h>
#define CTNN_PARALLEL_FOR _Pragma("omp parallel for schedule(dynamic, 1) num_threads(static_cast<int>(threads))")
#else
#define CTNN_PARALLEL_FOR
#endif

namespace ctnn {
inline namespace CTNN_BACKEND {

/// How many threads a training step may use: those that OpenMP offers (OMP_NUM_THREADS), 1 without OpenMP.
[[nodiscard]] inline extent available_threads() noexcept {
#if defined(_OPENMP)
    return omp_get_max_threads();
#else
    return 1;
#endif
}

/// One thread for little work: to wake another costs some microseconds, in which one core moves 64 K numbers.
[[nodiscard]] constexpr extent threads_for(extent numbers, extent threads) { return numbers < 65536 ? 1 : threads; }

/// Calls body(i) for i in [0, count), on at most `threads` threads; in order on this one when threads is 1.
template <class Body>
inline void parallel_for(extent count, [[maybe_unused]] extent threads, const Body& body) {
    if (threads <= 1 || count <= 1) {
        for (extent i = 0; i < count; ++i) body(i);
        return;
    }
    CTNN_PARALLEL_FOR
    for (extent i = 0; i < count; ++i) body(i);
}

}  // namespace CTNN_BACKEND
}  // namespace ctnn
