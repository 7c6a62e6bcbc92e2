// SPDX-License-Identifier: MIT
/// \file
/// One vector register as a value: the only header of the library that knows how a processor spells SIMD.
#pragma once

#include <utility>

#include "ctnn/core/config.hpp"
#include "ctnn/core/shape.hpp"
#if defined(CTNN_WITH_XSIMD)
#include "ctnn/kernels/simd_xsimd.hpp"
#else
#include "ctnn/kernels/simd_builtin.hpp"
#endif

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {
#if defined(CTNN_WITH_XSIMD)
template <class T>
using machine = xsimd_machine<T>;
#else
template <class T>
using machine = builtin_machine<T>;
#endif
}  // namespace detail

/// How many T one register holds: 64 bytes of them with AVX-512, 32 with AVX2, else 16.
template <class T>
inline constexpr extent lanes = detail::machine<T>::lanes;

/// How many vector registers there are: what a register tile may use.
#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr extent registers = 32;
#else
inline constexpr extent registers = 16;
#endif

/// The answer of a comparison, lane by lane.
template <class T>
struct mask {
    typename detail::machine<T>::mask data;
    friend CTNN_INLINE bool any(mask where) { return detail::machine<T>::any(where.data); }
};

template <class T>
struct vec;
/// The integer nearest to a * b, ties to even, for products below 2^22 (2^51): where 1.5 * 2^23 (2^52) has been
/// added, the lowest bit counts ones. Two operations, where round() needs six because it takes any number. Declared
/// here, so that it is found before the option of this name.
template <class T>
CTNN_INLINE vec<T> nearest(vec<T> a, vec<T> b);

/// One vector of float or double. A scalar converts to the vector that repeats it.
template <class T>
struct vec {
    using machine = detail::machine<T>;
    typename machine::type data;

    vec() = default;
    CTNN_INLINE vec(T all) : data(machine::broadcast(all)) {}
    CTNN_INLINE explicit vec(typename machine::type lanes_of) : data(lanes_of) {}

    friend CTNN_INLINE vec operator+(vec a, vec b) { return vec{a.data + b.data}; }
    friend CTNN_INLINE vec operator-(vec a, vec b) { return vec{a.data - b.data}; }
    friend CTNN_INLINE vec operator*(vec a, vec b) { return vec{a.data * b.data}; }
    friend CTNN_INLINE vec operator/(vec a, vec b) { return vec{machine::divide(a.data, b.data)}; }
    /// Turns the sign of every lane, of zeros and NaN too (xsimd 8.1 subtracts from 0, which keeps +0).
    friend CTNN_INLINE vec operator-(vec a) {
        return vec{machine::from_bits(machine::to_bits(a.data) ^ machine::to_bits(vec(T(-0.0)).data))};
    }
    CTNN_INLINE vec& operator+=(vec b) { return *this = *this + b; }
    CTNN_INLINE vec& operator-=(vec b) { return *this = *this - b; }
    CTNN_INLINE vec& operator*=(vec b) { return *this = *this * b; }
    friend CTNN_INLINE mask<T> operator<(vec a, vec b) { return {machine::less(a.data, b.data)}; }
    friend CTNN_INLINE mask<T> operator>(vec a, vec b) { return {machine::less(b.data, a.data)}; }
    friend CTNN_INLINE mask<T> operator<=(vec a, vec b) { return {machine::less_equal(a.data, b.data)}; }
    friend CTNN_INLINE mask<T> operator>=(vec a, vec b) { return {machine::less_equal(b.data, a.data)}; }
    friend CTNN_INLINE mask<T> operator==(vec a, vec b) { return {machine::equal(a.data, b.data)}; }

    /// a * b + c, rounded once where the processor can (all but SSE2).
    friend CTNN_INLINE vec fma(vec a, vec b, vec c) { return vec{machine::fma(a.data, b.data, c.data)}; }
    /// a / b for b in [1, 2^100), at most one unit in the last place off. NaN stays NaN.
    friend CTNN_INLINE vec quotient(vec a, vec b) {
        if constexpr (machine::has_reciprocal) {
            const vec near{machine::reciprocal(b.data)}, better = fma(fma(-b, near, vec(T(1))), near, near);
            const vec result = a * better;
            return fma(fma(-b, result, a), better, result);
        } else {
            return a / b;
        }
    }
    friend CTNN_INLINE vec sqrt(vec a) { return vec{machine::sqrt(a.data)}; }
    /// The larger lanes; NaN where either is NaN, as torch.maximum.
    friend CTNN_INLINE vec max(vec a, vec b) { return select(a == a, vec{machine::greater_of(a.data, b.data)}, a); }
    /// The smaller lanes; NaN where either is NaN, as torch.minimum.
    friend CTNN_INLINE vec min(vec a, vec b) { return select(a == a, vec{machine::less_of(a.data, b.data)}, a); }
    /// a > b ? a : b in one instruction: b where either is NaN.
    friend CTNN_INLINE vec greater_of(vec a, vec b) { return vec{machine::greater_of(a.data, b.data)}; }
    /// a < b ? a : b in one instruction: b where either is NaN.
    friend CTNN_INLINE vec less_of(vec a, vec b) { return vec{machine::less_of(a.data, b.data)}; }
    friend CTNN_INLINE vec select(mask<T> where, vec yes, vec no) {
        return vec{machine::select(where.data, yes.data, no.data)};
    }
    friend CTNN_INLINE vec abs(vec a) {
        return vec{machine::from_bits(machine::to_bits(a.data) & ~machine::to_bits(vec(T(-0.0)).data))};
    }
    /// |size| with the sign of `sign`.
    friend CTNN_INLINE vec copy_sign(vec size, vec sign) {
        const auto top = machine::to_bits(vec(T(-0.0)).data);
        return vec{machine::from_bits((machine::to_bits(size.data) & ~top) | (machine::to_bits(sign.data) & top))};
    }
    /// The nearest integer, ties to even.
    friend CTNN_INLINE vec round(vec a) {
        // Beyond 2^23 (2^52) every float (double) is an integer: adding that and taking it off again drops the
        // fraction.
        const vec whole = T(sizeof(T) == 4 ? 8388608.0 : 4503599627370496.0);
        const vec size = abs(a);
        return select(size < whole, copy_sign((size + whole) - whole, a), a);
    }
    /// 2^n for integers n that give a normal number: [-126, 127] for float, [-1022, 1023] for double.
    friend CTNN_INLINE vec power_of_two(vec n) {
        // 1.5 * 2^23 + n + 127 holds n + 127 in its lowest bits: shifted to the exponent they are the result.
        constexpr int places = sizeof(T) == 4 ? 23 : 52;
        const vec shifted = n + vec(T(sizeof(T) == 4 ? 12582912.0 + 127 : 6755399441055744.0 + 1023));
        return vec{machine::from_bits(machine::template shift_left<places>(machine::to_bits(shifted.data)))};
    }
    /// a = m 2^n with m in [sqrt(1/2), sqrt(2)), for positive normal numbers: gives m, and n beside it.
    friend CTNN_INLINE vec mantissa(vec a, vec& n) {
        // What the bits of a are above those of sqrt(1/2) is n, in units of the lowest place of the exponent, and what
        // remains is m's. 1.5 * 2^23 with n added to its bits is that number plus n.
        constexpr int places = sizeof(T) == 4 ? 23 : 52;
        const vec whole = T(sizeof(T) == 4 ? 12582912.0 : 6755399441055744.0);
        const auto bits = machine::to_bits(a.data);
        const auto steps =
            machine::template shift_right<places>(bits - machine::to_bits(vec(T(0.7071067811865476)).data));
        n = vec{machine::from_bits(machine::to_bits(whole.data) + steps)} - whole;
        return vec{machine::from_bits(bits - machine::template shift_left<places>(steps))};
    }
    /// a 2^n for integers n in [-1100, 1100] (float: [-150, 150]) and a in [0.5, 2]: rounded once, subnormal or not.
    friend CTNN_INLINE vec scale(vec a, vec n) {
        if constexpr (machine::has_scale) {
            return vec{machine::scale(a.data, n.data)};
        } else {
            // Two factors 2^(n / 2) keep each a normal number: only the last product rounds, overflows or is subnormal.
            const vec half = nearest(n, vec(T(0.5)));
            return a * power_of_two(half) * power_of_two(n - half);
        }
    }
    /// The sum of all lanes: halves are added until one lane is left, in this order everywhere.
    friend CTNN_INLINE T reduce_add(vec a) { return machine::reduce_add(a.data); }
    /// The largest lane; unspecified when one is NaN.
    friend CTNN_INLINE T reduce_max(vec a) { return machine::reduce_max(a.data); }

    /// Writes all lanes; needs no alignment.
    friend CTNN_INLINE void store(T* to, vec a) { machine::store(to, a.data); }
    /// Writes the first `count` lanes, count in [0, lanes), and touches nothing else.
    friend CTNN_INLINE void store_partial(T* to, vec a, extent count) { machine::store_partial(to, a.data, count); }
};

template <class T>
CTNN_INLINE vec<T> nearest(vec<T> a, vec<T> b) {
    const vec<T> whole = T(sizeof(T) == 4 ? 12582912.0 : 6755399441055744.0);
    return fma(a, b, whole) - whole;
}

/// Reads a whole vector; needs no alignment.
template <class T>
CTNN_INLINE vec<T> load(const T* from) {
    return vec<T>{detail::machine<T>::load(from)};
}
/// The same for a vector that several multiply-adds use: g++ 12 would read it from memory again for each of them, which
/// costs a third of the speed where the loads and not the multiply-adds are the limit.
template <class T>
CTNN_INLINE vec<T> load_held(const T* from) {
    return vec<T>{detail::machine<T>::load_held(from)};
}
/// Reads the first `count` lanes, count in [0, lanes), and nothing else; the others are zero.
template <class T>
CTNN_INLINE vec<T> load_partial(const T* from, extent count) {
    return vec<T>{detail::machine<T>::load_partial(from, count)};
}
template <class T>
CTNN_INLINE vec<T> broadcast(T value) {
    return vec<T>(value);
}

namespace detail {
template <class Function, extent... I>
CTNN_INLINE void call_each(const Function& function, std::integer_sequence<extent, I...>) {
    (function(std::integral_constant<extent, I>{}), ...);
}
}  // namespace detail

/// Calls function(i) for the constants i in [0, Count), without a loop.
template <extent Count, class Function>
CTNN_INLINE void unroll(const Function& function) {
    detail::call_each(function, std::make_integer_sequence<extent, Count>{});
}

/// Lane i of the result is the sum of the lanes of v[i], for as many vectors as there are lanes; v is overwritten.
/// lanes - 1 additions for all of them, where one reduce_add a vector needs log2(lanes) each.
template <class T, extent Half = lanes<T> / 2>
CTNN_INLINE vec<T> reduce_add_each(vec<T>* v) {
    unroll<Half>([&](auto i) {
        v[i] = vec<T>{detail::machine<T>::template fold<static_cast<int>(Half)>(v[i].data, v[i + Half].data)};
    });
    if constexpr (Half > 1)
        return reduce_add_each<T, Half / 2>(v);
    else
        return v[0];
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
