// SPDX-License-Identifier: MIT
/// \file
/// What the processor can do at this moment: the yardstick of every other figure of this folder.
#pragma once

#include <ctime>
#include <vector>

#include "ctnn/core/threads.hpp"
#include "ctnn/kernels/math.hpp"

namespace bench {

/// Seconds of processor time that this thread has used; a neighbor who takes the core away does not count.
inline double processor_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Seconds of the clock.
inline double clock_seconds() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Seconds that `threads` threads need for a call each, of some two milliseconds, at the same time: the least of eight
/// runs, because neighbors slow the others. Processor time for one thread, the clock's for more.
template <class Call>
double least_of_runs(ctnn::extent threads, const Call& call) {
    double least = 0;
    for (int run = 0; run < 8; ++run) {
        const auto now = [&] { return threads == 1 ? processor_seconds() : clock_seconds(); };
        const double start = now();
        ctnn::parallel_for(threads, threads, call);
        const double taken = now() - start;
        least = run == 0 || taken < least ? taken : least;
    }
    return least;
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

/// Floating point operations a second of `threads` cores with the widest vectors of this build. Measured again for each
/// figure, because clocks move.
template <class T = float>
double peak_flops(ctnn::extent threads = 1) {
    std::vector<T> results(static_cast<std::size_t>(64 * threads), T(0.5));
    double operations = 0;
    const double taken = least_of_runs(threads, [&](ctnn::extent thread) {
        const double done = multiply_adds<T>(200000, results.data() + 64 * thread);
        if (thread == 0) operations = done;
    });
    return operations * static_cast<double>(threads) / taken;
}

/// The sum of count numbers, a multiple of 8 vectors: eight chains of additions, two loads a cycle at best.
template <class T>
CTNN_KERNEL T sum_of(const T* from, ctnn::extent count) {
    constexpr ctnn::extent chains = 8;
    using vec = ctnn::kernels::vec<T>;
    vec sum[chains];
    ctnn::kernels::unroll<chains>([&](auto i) { sum[i] = vec(T(0)); });
    for (const T* end = from + count; from < end; from += chains * ctnn::kernels::lanes<T>)
        ctnn::kernels::unroll<chains>(
            [&](auto i) { sum[i] += ctnn::kernels::load(from + i * ctnn::kernels::lanes<T>); });
    ctnn::kernels::unroll<chains - 1>([&](auto i) { sum[0] += sum[i + 1]; });
    return reduce_add(sum[0]);
}

/// x = 1 / (1 + e^-x) of whole vectors.
template <class T>
CTNN_KERNEL void sigmoids(T* x, ctnn::extent count) {
    for (ctnn::extent i = 0; i < count; i += ctnn::kernels::lanes<T>)
        store(x + i, ctnn::kernels::sigmoid(ctnn::kernels::load(x + i)));
}

/// Bytes a second at which `threads` cores together read `bytes` of memory again and again, each its share, from
/// whatever cache they fit into or from memory: what layers that read each weight once can reach at best.
inline double stream_rate(ctnn::extent bytes, ctnn::extent threads = 1) {
    constexpr ctnn::extent step = 8 * ctnn::kernels::lanes<float>;
    const ctnn::extent share = bytes / static_cast<ctnn::extent>(sizeof(float)) / threads;
    const ctnn::extent count = (share + step - 1) / step * step;
    const std::vector<float> numbers(static_cast<std::size_t>(count * threads), 1.0F);
    const double size = static_cast<double>(count) * sizeof(float);
    const int repeats = static_cast<int>(1e8 / size) + 1;
    const double taken = least_of_runs(threads, [&](ctnn::extent thread) {
        [[maybe_unused]] volatile float kept = 0;
        for (int r = 0; r < repeats; ++r) kept = sum_of(numbers.data() + thread * count, count);
    });
    return size * static_cast<double>(threads) * repeats / taken;
}

/// Seconds that one core needs for one number of 1 / (1 + e^-x), from the first-level cache and back.
inline double exponential_seconds() {
    constexpr ctnn::extent count = 2048, repeats = 500;
    std::vector<float> numbers(static_cast<std::size_t>(count), 0.5F);
    const double taken = least_of_runs(1, [&](ctnn::extent) {
        for (ctnn::extent r = 0; r < repeats; ++r) sigmoids(numbers.data(), count);
    });
    return taken / static_cast<double>(repeats * count);
}

}  // namespace bench
