// SPDX-License-Identifier: MIT
/// \file
/// The loop over independent pieces of work. The pieces never depend on the number of threads, so neither do results.
#pragma once

#include "ctnn/core/config.hpp"
#include "ctnn/core/shape.hpp"

#if defined(_OPENMP)
#include <omp.h>
#define CTNN_PARALLEL _Pragma("omp parallel num_threads(static_cast<int>(team))")
#else
#define CTNN_PARALLEL
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

namespace execution {

/// The next number of a counter that threads share. A builtin of g++ and clang: <atomic> takes them 0.1 s.
inline extent take_number(extent& counter) noexcept { return __atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED); }

// A counter of our own hands out the pieces: the same as OpenMP's schedule(dynamic, 1), for which clang's runtime
// allocates 200 blocks a loop. Out of line, because clang asks the runtime for the thread's number at the head of the
// function that holds a parallel region, and the first such question starts the runtime even where one thread works.
template <class Body>
[[gnu::noinline]] void share_among(extent count, [[maybe_unused]] extent team, const Body& body) {
    extent next = 0, workers = 0;
    CTNN_PARALLEL {
        const extent worker = take_number(workers);
        for (extent i; (i = take_number(next)) < count;) body(i, worker);
    }
}

}  // namespace execution

/// Calls body(i, worker) for i in [0, count), on at most `threads` threads; in order on this one when threads is 1.
/// `worker`, in [0, threads), tells the threads of one call apart, so that each can have memory of its own.
template <class Body>
inline void parallel_for_with_worker(extent count, extent threads, const Body& body) {
    [[maybe_unused]] const extent team = threads < count ? threads : count;
#if defined(_OPENMP)  // without it the body is compiled once
    if (team > 1) return execution::share_among(count, team, body);
#endif
    for (extent i = 0; i < count; ++i) body(i, extent{0});
}

/// Calls body(i) for i in [0, count), likewise.
template <class Body>
inline void parallel_for(extent count, extent threads, const Body& body) {
    parallel_for_with_worker(count, threads, [&](extent i, extent) { body(i); });
}

}  // namespace CTNN_BACKEND
}  // namespace ctnn
