// SPDX-License-Identifier: MIT
/// \file
/// xsimd (8.1 and newer) as a backend of simd.hpp, for programs that define CTNN_WITH_XSIMD.
#pragma once

#include <xsimd/xsimd.hpp>

#include "ctnn/kernels/simd_builtin.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels::detail {

/// One batch of xsimd's widest instruction set. Where xsimd has no word for something, or a slow one (8.1: fma on
/// AVX-512, partial loads), or an inexact one (division on NEON), or warns on g++ 12 (shifts, sqrt), the builtin
/// backend is asked: a batch is a register too.
template <class T>
struct xsimd_machine {
    using builtin = builtin_machine<T>;
    using bits = typename builtin::bits;
    using type = xsimd::batch<T>;
    using mask = xsimd::batch_bool<T>;
    using bit_type = xsimd::batch<bits>;
    using native = typename builtin::type;
    static constexpr extent lanes = static_cast<extent>(type::size);
    static_assert(lanes == builtin::lanes,
                  "ctnn: xsimd and ctnn see different instruction sets; leave CTNN_WITH_XSIMD out");

    static CTNN_INLINE native to_native(type v) {
        return reinterpret_cast<native>(static_cast<typename type::register_type>(v));
    }
    static CTNN_INLINE type from_native(native v) { return type(reinterpret_cast<typename type::register_type>(v)); }

    static CTNN_INLINE type load(const T* from) { return type::load_unaligned(from); }
    static CTNN_INLINE type load_held(const T* from) { return from_native(builtin::load_held(from)); }
    static CTNN_INLINE void store(T* to, type v) { v.store_unaligned(to); }
    static CTNN_INLINE type broadcast(T value) { return type(value); }
    static CTNN_INLINE type load_partial(const T* from, extent count) {
        return from_native(builtin::load_partial(from, count));
    }
    static CTNN_INLINE void store_partial(T* to, type v, extent count) {
        builtin::store_partial(to, to_native(v), count);
    }
    static CTNN_INLINE type fma(type a, type b, type c) {
        return from_native(builtin::fma(to_native(a), to_native(b), to_native(c)));
    }
    static CTNN_INLINE type divide(type a, type b) { return from_native(to_native(a) / to_native(b)); }
    static constexpr bool has_reciprocal = builtin::has_reciprocal, has_scale = builtin::has_scale;
    static CTNN_INLINE type scale(type a, type n) requires has_scale {
        return from_native(builtin::scale(to_native(a), to_native(n)));
    }
    static CTNN_INLINE type reciprocal(type a) requires has_reciprocal {
        return from_native(builtin::reciprocal(to_native(a)));
    }
    static CTNN_INLINE type sqrt(type a) { return from_native(builtin::sqrt(to_native(a))); }
    static CTNN_INLINE type greater_of(type a, type b) {
        return from_native(builtin::greater_of(to_native(a), to_native(b)));
    }
    static CTNN_INLINE type less_of(type a, type b) {
        return from_native(builtin::less_of(to_native(a), to_native(b)));
    }
    static CTNN_INLINE type select(mask m, type yes, type no) { return xsimd::select(m, yes, no); }
    static CTNN_INLINE bit_type to_bits(type a) {
#if XSIMD_VERSION_MAJOR < 10
        return xsimd::bitwise_cast<bit_type>(a);
#else
        return xsimd::bitwise_cast<bits>(a);
#endif
    }
    static CTNN_INLINE type from_bits(bit_type a) {
#if XSIMD_VERSION_MAJOR < 10
        return xsimd::bitwise_cast<type>(a);
#else
        return xsimd::bitwise_cast<T>(a);
#endif
    }
    static CTNN_INLINE mask less(type a, type b) { return a < b; }
    static CTNN_INLINE mask less_equal(type a, type b) { return a <= b; }
    static CTNN_INLINE mask equal(type a, type b) { return a == b; }
    template <int Places>
    static CTNN_INLINE bit_type shift_left(bit_type a) {
        const auto moved = builtin::template shift_left<Places>(builtin::to_bits(to_native(from_bits(a))));
        return to_bits(from_native(builtin::from_bits(moved)));
    }
    template <int Places>
    static CTNN_INLINE bit_type shift_right(bit_type a) {
        const auto moved = builtin::template shift_right<Places>(builtin::to_bits(to_native(from_bits(a))));
        return to_bits(from_native(builtin::from_bits(moved)));
    }
    static CTNN_INLINE bool any(mask m) { return xsimd::any(m); }
    template <int Half>
    static CTNN_INLINE type fold(type a, type b) {
        return from_native(builtin::template fold<Half>(to_native(a), to_native(b)));
    }
    // Not xsimd's hadd (reduce_add since 9): its order differs from version to version.
    static CTNN_INLINE T reduce_add(type v) { return builtin::reduce_add(to_native(v)); }
    static CTNN_INLINE T reduce_max(type v) { return builtin::reduce_max(to_native(v)); }
};

}  // namespace kernels::detail
}  // namespace CTNN_BACKEND
}  // namespace ctnn
