// SPDX-License-Identifier: MIT
/// \file
/// Version, attributes and the name of the backend: the only place that defines macros.
#pragma once

#define CTNN_VERSION_MAJOR 0
#define CTNN_VERSION_MINOR 1
#define CTNN_VERSION_PATCH 0

#if !defined(__GNUC__) && !defined(__clang__)
#error "ctnn: needs g++ 12 or clang 14 or newer; other compilers are untested"
#endif

#if defined(__FAST_MATH__) && !defined(CTNN_ALLOW_FAST_MATH)
#error "ctnn: -ffast-math lets the compiler assume that no NaN exists; leave it out, the kernels do not need it"
#endif

// The instruction set decides how wide a vector is. Kernels, layers' code and engines live in an inline namespace of
// this name, so that two files compiled with different -march never share one inline function.
#if defined(CTNN_FORCE_SCALAR_WIDTH)
#define CTNN_ISA_NAME generic
#elif defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#define CTNN_ISA_NAME avx512
#elif defined(__AVX2__) && defined(__FMA__)
#define CTNN_ISA_NAME avx2
#elif defined(__SSE2__)
#define CTNN_ISA_NAME sse2
#elif defined(__ARM_NEON)
#define CTNN_ISA_NAME neon
#else
#define CTNN_ISA_NAME generic
#endif

#if defined(CTNN_WITH_XSIMD)
#define CTNN_VECTOR_NAME xsimd
#else
#define CTNN_VECTOR_NAME builtin
#endif

#if defined(_OPENMP)
#define CTNN_THREAD_NAME openmp
#else
#define CTNN_THREAD_NAME serial
#endif

#define CTNN_JOIN_(a, b, c) a##_##b##_##c
#define CTNN_JOIN(a, b, c) CTNN_JOIN_(a, b, c)
#define CTNN_BACKEND CTNN_JOIN(CTNN_ISA_NAME, CTNN_VECTOR_NAME, CTNN_THREAD_NAME)

// Promises that iterations of the next loop do not depend on each other, though their pointers may be equal.
#if defined(__clang__)
#define CTNN_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define CTNN_INDEPENDENT _Pragma("GCC ivdep")
#endif

// A loop whose body has as many independent operations as the registers hold already. Four times as long, as clang 19
// makes it, a stream of weights from L2 takes a third more time.
#if defined(__clang__)
#define CTNN_ROLLED _Pragma("clang loop unroll(disable)")
#else
#define CTNN_ROLLED
#endif

#define CTNN_INLINE inline __attribute__((always_inline))

// A kernel is a function of its own. clang prefers 256-bit vectors on AVX-512 processors and splits wider ones in two,
// which halves the speed of register tiles (65 instead of 137 GFLOP/s), unless the function asks for 512 bits.
#if defined(__clang__) && defined(__AVX512F__)
#define CTNN_KERNEL __attribute__((noinline, min_vector_width(512)))
#else
#define CTNN_KERNEL __attribute__((noinline))
#endif
