// SPDX-License-Identifier: MIT
/// \file
/// One step of a recurrent layer for one sample: from the sums of its gates to its state, and back.
#pragma once

#include "ctnn/kernels/math.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

enum class cell : unsigned char { rnn, gru, lstm };

/// Gates that the state is multiplied for.
[[nodiscard]] constexpr extent gates_of(cell c) { return c == cell::rnn ? 1 : c == cell::gru ? 3 : 4; }
/// Gates that are kept for each step: a gru's candidate is two, because its reset gate scales the state's share alone.
/// rnn: h. gru: r, z, the state's share of n, n. lstm: i, f, g, o.
[[nodiscard]] constexpr extent slots_of(cell c) { return c == cell::rnn ? 1 : 4; }

/// What a step reads and writes, all (units) with units a multiple of the lanes, the gates of z one behind the other.
template <class T>
struct cell_step {
    T* z;             ///< sums of the gates; becomes the gates
    const T* before;  ///< state before it
    T* after;         ///< and behind it, perhaps in the same place
    const T* c_before;
    T* c_after;  ///< of an lstm
};

/// rnn: h' = tanh(z). gru: h' = n + z (h - n) with n = tanh(n + r q). lstm: c' = f c + i g, h' = o tanh(c').
///
/// The gates of all units come first, then the tangents that wait for them: in one loop the processor's window of some
/// 250 operations would hold no second vector of units while the first waits.
template <cell C, class T>
CTNN_KERNEL void cell_forward(const cell_step<T>& s, extent units) {
    for (extent u = 0; u < units; u += lanes<T>) {
        T* z = s.z + u;
        if constexpr (C == cell::rnn) {
            const vec<T> h = tanh(load(z));
            store(z, h);
            store(s.after + u, h);
        } else if constexpr (C == cell::gru) {
            store(z, detail::bounded_sigmoid(load(z)));
            store(z + units, detail::bounded_sigmoid(load(z + units)));
        } else {
            const vec<T> i = detail::bounded_sigmoid(load(z)), f = detail::bounded_sigmoid(load(z + units)),
                         g = tanh(load(z + 2 * units));
            store(s.c_after + u, fma(f, load(s.c_before + u), i * g));
            store(z, i);
            store(z + units, f);
            store(z + 2 * units, g);
            store(z + 3 * units, detail::bounded_sigmoid(load(z + 3 * units)));
        }
    }
    if constexpr (C == cell::gru)
        for (extent u = 0; u < units; u += lanes<T>) {
            T* z = s.z + u;
            const vec<T> n = tanh(fma(load(z), load(z + 2 * units), load(z + 3 * units)));
            store(z + 3 * units, n);
            store(s.after + u, fma(load(z + units), load(s.before + u) - n, n));
        }
    else if constexpr (C == cell::lstm)
        for (extent u = 0; u < units; u += lanes<T>)
            store(s.after + u, load(s.z + 3 * units + u) * tanh(load(s.c_after + u)));
}

/// s as forward left it, dh (units) the gradient of the state behind the step, dc (units) of an lstm's cells. z becomes
/// the gradient of the sums; dh becomes the part of the gradient of the state before that passes no product, dc that of
/// the cells before. s (1 - s) is the slope of a sigmoid s, 1 - t^2 that of a tanh t.
template <cell C, class T>
CTNN_KERNEL void cell_backward(const cell_step<T>& s, T* dh, T* dc, extent units) {
    const vec<T> one = T(1);
    for (extent u = 0; u < units; u += lanes<T>) {
        T* z = s.z + u;
        const vec<T> d = load(dh + u);
        if constexpr (C == cell::rnn) {
            const vec<T> h = load(z);
            store(z, d * fma(-h, h, one));
            store(dh + u, vec<T>(T(0)));
        } else if constexpr (C == cell::gru) {
            const vec<T> r = load(z), keep = load(z + units), q = load(z + 2 * units), n = load(z + 3 * units);
            const vec<T> dn = d * (one - keep) * fma(-n, n, one);
            store(z, dn * q * r * (one - r));
            store(z + units, d * (load(s.before + u) - n) * keep * (one - keep));
            store(z + 2 * units, dn * r);
            store(z + 3 * units, dn);
            store(dh + u, d * keep);
        } else {
            const vec<T> i = load(z), f = load(z + units), g = load(z + 2 * units), o = load(z + 3 * units);
            const vec<T> t = tanh(load(s.c_after + u));
            const vec<T> dcell = fma(d * o, fma(-t, t, one), load(dc + u));
            store(z, dcell * g * i * (one - i));
            store(z + units, dcell * load(s.c_before + u) * f * (one - f));
            store(z + 2 * units, dcell * i * fma(-g, g, one));
            store(z + 3 * units, d * t * o * (one - o));
            store(dc + u, dcell * f);
            store(dh + u, vec<T>(T(0)));
        }
    }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
