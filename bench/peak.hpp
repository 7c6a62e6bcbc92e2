// SPDX-License-Identifier: MIT
/// \file
/// What the processor can do at this moment: the yardstick of every other figure of this folder.
#pragma once

#include <ctime>

#include "ctnn/kernels/simd.hpp"

namespace bench {

/// Seconds of processor time that this thread has used; a neighbor who takes the core away does not count.
inline double processor_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Multiply-adds on registers alone: as many chains as hide the latency of two pipelines. \returns their number * 2
template <class T>
CTNN_KERNEL double multiply_adds(long rounds, T* result) {
    constexpr ctnn::extent chains = ctnn::kernels::registers == 32 ? 16 : 12;
    using vec = ctnn::kernels::vec<T>;
    vec sum[chains];
    ctnn::kernels::unroll<chains>([&](auto i) { sum[i] = vec(result[i]); });
    const vec factor(result[0]), term(result[1]);
    for (long r = 0; r < rounds; ++r) {
        ctnn::kernels::unroll<chains>([&](auto i) { sum[i] = fma(sum[i], factor, term); });
#if defined(__x86_64__) || defined(__aarch64__)
        asm volatile("" ::: "memory");
#endif
    }
    ctnn::kernels::unroll<chains>([&](auto i) { result[i] = reduce_add(sum[i]); });
    return 2.0 * static_cast<double>(chains * ctnn::kernels::lanes<T> * rounds);
}

/// Floating point operations a second of one core with the widest vectors of this build: the best of several runs of
/// some two milliseconds. Measured again for each figure, because clocks move.
template <class T = float>
double peak_flops() {
    T result[16]{T(0.5), T(0.5)};
    double best = 0;
    for (int run = 0; run < 8; ++run) {
        const double start = processor_seconds();
        const double operations = multiply_adds<T>(200000, result);
        const double rate = operations / (processor_seconds() - start);
        best = rate > best ? rate : best;
    }
    return best;
}

}  // namespace bench
