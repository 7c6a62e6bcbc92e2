// SPDX-License-Identifier: MIT
/// \file
/// The vector extensions of g++ and clang as a backend of simd.hpp, with compiler builtins where an operator is
/// missing.
#pragma once

#include <utility>

#include "ctnn/core/config.hpp"
#include "ctnn/core/shape.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels::detail {

#if defined(CTNN_FORCE_SCALAR_WIDTH)
inline constexpr extent vector_bytes = 16;
#elif defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#define CTNN_SIMD_AVX512
inline constexpr extent vector_bytes = 64;
#elif defined(__AVX2__) && defined(__FMA__)
#define CTNN_SIMD_AVX2
inline constexpr extent vector_bytes = 32;
#else
inline constexpr extent vector_bytes = 16;
#endif

template <class T, extent Count>
struct pack {
    typedef T type __attribute__((vector_size(static_cast<unsigned long>(Count) * sizeof(T))));
};
template <class T>
struct bits_of;
template <>
struct bits_of<float> {
    using type = int;
};
template <>
struct bits_of<double> {
    using type = long long;
};

/// One vector register of T. immintrin.h would cost every includer 0.3 s; builtins cost nothing.
template <class T>
struct builtin_machine {
    static constexpr extent lanes = vector_bytes / static_cast<extent>(sizeof(T));
    static constexpr bool single = sizeof(T) == 4;
    using bits = typename bits_of<T>::type;
    using type = typename pack<T, lanes>::type;
    using mask = typename pack<bits, lanes>::type;
#if defined(CTNN_SIMD_AVX512)
    static constexpr int current_rounding = 4;  // _MM_FROUND_CUR_DIRECTION
#if defined(__clang__)                          // the builtins' masks differ in sign
    using half_word = unsigned short;
    using octet = unsigned char;
#else
    using half_word = short;
    using octet = unsigned char;
#endif
#endif
    typedef type loose __attribute__((aligned(alignof(T)), may_alias));

    static CTNN_INLINE type load(const T* from) { return *reinterpret_cast<const loose*>(from); }
    static CTNN_INLINE type load_held(const T* from) {
        type v = load(from);
#if defined(__x86_64__) && !defined(__clang__)
        asm("" : "+v"(v));
#endif
        return v;
    }
    static CTNN_INLINE void store(T* to, type v) { *reinterpret_cast<loose*>(to) = v; }
    static CTNN_INLINE type broadcast(T value) { return value - type{}; }

    /// The first `count` lanes; count is in [0, lanes).
    static CTNN_INLINE auto first(extent count) {
#if defined(CTNN_SIMD_AVX512)
        return static_cast<unsigned short>((1U << count) - 1U);
#else
        mask number{};
        for (extent i = 0; i < lanes; ++i) number[i] = static_cast<bits>(i);
        const mask chosen = number < (static_cast<bits>(count) - mask{});
        return chosen;
#endif
    }
    static CTNN_INLINE type load_partial(const T* from, extent count) {
#if defined(CTNN_SIMD_AVX512)
        if constexpr (single) return __builtin_ia32_loadups512_mask(from, type{}, first(count));
        else return __builtin_ia32_loadupd512_mask(from, type{}, static_cast<unsigned char>(first(count)));
#elif defined(CTNN_SIMD_AVX2)
        const auto* source = reinterpret_cast<const loose*>(from);
        if constexpr (single) return __builtin_ia32_maskloadps256(reinterpret_cast<const type*>(source), first(count));
        else return __builtin_ia32_maskloadpd256(reinterpret_cast<const type*>(source), first(count));
#else
        type v{};
        for (extent i = 0; i < lanes - 1; ++i)
            if (i < count) v[i] = from[i];
        return v;
#endif
    }
    static CTNN_INLINE void store_partial(T* to, type v, extent count) {
#if defined(CTNN_SIMD_AVX512)
        if constexpr (single) __builtin_ia32_storeups512_mask(to, v, first(count));
        else __builtin_ia32_storeupd512_mask(to, v, static_cast<unsigned char>(first(count)));
#elif defined(CTNN_SIMD_AVX2)
        auto* target = reinterpret_cast<type*>(to);
        if constexpr (single) __builtin_ia32_maskstoreps256(target, first(count), v);
        else __builtin_ia32_maskstorepd256(target, first(count), v);
#else
        for (extent i = 0; i < lanes - 1; ++i)
            if (i < count) to[i] = v[i];
#endif
    }

    static CTNN_INLINE type fma(type a, type b, type c) {
#if __has_builtin(__builtin_elementwise_fma)
        return __builtin_elementwise_fma(a, b, c);
#elif defined(CTNN_SIMD_AVX512)
        if constexpr (single)
            return __builtin_ia32_vfmaddps512_mask(a, b, c, static_cast<half_word>(-1), current_rounding);
        else return __builtin_ia32_vfmaddpd512_mask(a, b, c, static_cast<octet>(-1), current_rounding);
#elif defined(CTNN_SIMD_AVX2)
        if constexpr (single) return __builtin_ia32_vfmaddps256(a, b, c);
        else return __builtin_ia32_vfmaddpd256(a, b, c);
#elif defined(__aarch64__) && !defined(__clang__)
        // The instruction, because g++ contracts nothing where extensions are off.
        if constexpr (single) return __builtin_aarch64_fmav4sf(a, b, c);
        else return __builtin_aarch64_fmav2df(a, b, c);
#else
        return a * b + c;  // SSE2 has none; on ARM clang contracts this expression
#endif
    }
    static CTNN_INLINE type divide(type a, type b) { return a / b; }
#if defined(CTNN_SIMD_AVX512)
    /// Is there a reciprocal good to 14 bits that makes a division of two steps faster than the processor's own?
    /// Intel's takes 16 cycles for 16 floats. AMD's takes 5 beside multiply-adds: a sigmoid 10 cycles, by the steps 15.
#if defined(__znver3__) || defined(__znver4__) || defined(__znver5__)
    static constexpr bool has_reciprocal = false;
#else
    static constexpr bool has_reciprocal = single;
#endif
    static CTNN_INLINE type reciprocal(type a) requires single {
        return __builtin_ia32_rcp14ps512_mask(a, a, static_cast<unsigned short>(0xffff));
    }
    /// a 2^n for integers n in one instruction.
    static constexpr bool has_scale = true;
    static CTNN_INLINE type scale(type a, type n) {
        if constexpr (single)
            return __builtin_ia32_scalefps512_mask(a, n, a, static_cast<half_word>(-1), current_rounding);
        else return __builtin_ia32_scalefpd512_mask(a, n, a, static_cast<octet>(-1), current_rounding);
    }
#else
    static constexpr bool has_reciprocal = false, has_scale = false;
#endif
    static CTNN_INLINE type sqrt(type a) {
#if __has_builtin(__builtin_elementwise_sqrt)
        return __builtin_elementwise_sqrt(a);
#elif defined(CTNN_SIMD_AVX512) && defined(__clang__)
        if constexpr (single) return __builtin_ia32_sqrtps512(a, current_rounding);
        else return __builtin_ia32_sqrtpd512(a, current_rounding);
#elif defined(CTNN_SIMD_AVX512)
        if constexpr (single) return __builtin_ia32_sqrtps512_mask(a, a, static_cast<half_word>(-1), current_rounding);
        else return __builtin_ia32_sqrtpd512_mask(a, a, static_cast<char>(-1), current_rounding);
#elif defined(CTNN_SIMD_AVX2)
        if constexpr (single) return __builtin_ia32_sqrtps256(a);
        else return __builtin_ia32_sqrtpd256(a);
#elif defined(__SSE2__)
        if constexpr (single && vector_bytes == 16) return __builtin_ia32_sqrtps(a);
        else return __builtin_ia32_sqrtpd(a);
#else
        for (extent i = 0; i < lanes; ++i) a[i] = static_cast<T>(__builtin_sqrt(static_cast<double>(a[i])));
        return a;
#endif
    }
    /// a > b ? a : b as the processor has it: b when either is NaN.
    static CTNN_INLINE type greater_of(type a, type b) {
#if defined(CTNN_SIMD_AVX512) && !defined(__clang__)  // g++ compares and blends; clang sees the instruction by itself
        if constexpr (single)
            return __builtin_ia32_maxps512_mask(a, b, a, static_cast<half_word>(-1), current_rounding);
        else return __builtin_ia32_maxpd512_mask(a, b, a, static_cast<octet>(-1), current_rounding);
#elif defined(CTNN_SIMD_AVX2) && !defined(__clang__)
        if constexpr (single) return __builtin_ia32_maxps256(a, b);
        else return __builtin_ia32_maxpd256(a, b);
#else
        return a > b ? a : b;
#endif
    }
    static CTNN_INLINE type less_of(type a, type b) {
#if defined(CTNN_SIMD_AVX512) && !defined(__clang__)
        if constexpr (single)
            return __builtin_ia32_minps512_mask(a, b, a, static_cast<half_word>(-1), current_rounding);
        else return __builtin_ia32_minpd512_mask(a, b, a, static_cast<octet>(-1), current_rounding);
#elif defined(CTNN_SIMD_AVX2) && !defined(__clang__)
        if constexpr (single) return __builtin_ia32_minps256(a, b);
        else return __builtin_ia32_minpd256(a, b);
#else
        return a < b ? a : b;
#endif
    }
    static CTNN_INLINE type select(mask m, type yes, type no) { return m ? yes : no; }
    static CTNN_INLINE mask to_bits(type a) { return reinterpret_cast<mask>(a); }
    static CTNN_INLINE type from_bits(mask a) { return reinterpret_cast<type>(a); }
    static CTNN_INLINE mask less(type a, type b) { return a < b; }
    static CTNN_INLINE mask less_equal(type a, type b) { return a <= b; }
    static CTNN_INLINE mask equal(type a, type b) { return a == b; }
    template <int Places>
    static CTNN_INLINE mask shift_left(mask a) { return a << Places; }
    /// The sign comes in from the left.
    template <int Places>
    static CTNN_INLINE mask shift_right(mask a) { return a >> Places; }
    static CTNN_INLINE bool any(mask m) {
        bits joined = 0;
        for (extent i = 0; i < lanes; ++i) joined |= m[i];
        return joined != 0;
    }

    /// Joins the two halves with `join` until one lane is left: the same tree for every compiler.
    template <extent Count, class Vector, class Join>
    static CTNN_INLINE T reduce(Vector v, Join join) {
        if constexpr (Count == 1) {
            return v[0];
        } else if constexpr (Count == 2) {
            return join(v[0], v[1]);
        } else {
            return [&]<int... I>(std::integer_sequence<int, I...>) {
                constexpr int half = static_cast<int>(Count / 2);
                return reduce<Count / 2>(
                    join(__builtin_shufflevector(v, v, I...), __builtin_shufflevector(v, v, (I + half)...)), join);
            }(std::make_integer_sequence<int, static_cast<int>(Count / 2)>{});
        }
    }
    /// Lanes without the bit Half: a[i] + a[i + Half]; lanes with it: b[i - Half] + b[i].
    template <int Half>
    static CTNN_INLINE type fold(type a, type b) {
        return [&]<int... I>(std::integer_sequence<int, I...>) {
            constexpr int count = static_cast<int>(lanes);
            return __builtin_shufflevector(a, b, ((I & Half) != 0 ? count + I - Half : I)...) +
                   __builtin_shufflevector(a, b, ((I & Half) != 0 ? count + I : I + Half)...);
        }(std::make_integer_sequence<int, static_cast<int>(lanes)>{});
    }
    static CTNN_INLINE T reduce_add(type v) {
        return reduce<lanes>(v, [](auto a, auto b) { return a + b; });
    }
    static CTNN_INLINE T reduce_max(type v) {
        return reduce<lanes>(v, [](auto a, auto b) { return a > b ? a : b; });
    }
};

}  // namespace kernels::detail
}  // namespace CTNN_BACKEND
}  // namespace ctnn
