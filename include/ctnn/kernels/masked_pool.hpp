// SPDX-License-Identifier: MIT
/// \file
/// Averages and maxima over the steps of a sequence that are present.
#pragma once

#include <cstring>

#include "ctnn/kernels/pool.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// The sequences that are pooled: x (steps, channels), steps `step` elements apart; mask (steps): 0 where not there.
struct masked_steps {
    extent steps = 0, channels = 0, step = 0;

    template <class T>
    [[nodiscard]] extent present(const T* mask) const {
        extent count = 0;
        for (extent t = 0; t < steps; ++t) count += !(mask[t] == T(0));
        return count;
    }
};

/// y (channels) = the average or maximum of x (steps, channels) over the present steps; 0 if there are none. Sums of 64
/// steps are added up, so that the error does not grow with the length.
template <pool P, class T>
CTNN_KERNEL void masked_pool_forward(const masked_steps& a, const T* x, const T* mask, T* y) {
    const extent present = a.present(mask);
    const vec<T> share = static_cast<T>(present > 0 ? present : 1);
    for (extent c = 0; c < a.channels; c += lanes<T>) {
        const extent rest = a.channels - c;
        vec<T> total = T(0), part = T(0);
        extent seen = 0;
        for (extent t = 0; t < a.steps; ++t) {
            if (mask[t] == T(0)) continue;
            const T* from = x + t * a.step + c;
            const vec<T> value = rest >= lanes<T> ? load(from) : load_partial(from, rest);
            if constexpr (P == pool::maximum) {
                total = seen == 0 ? value : max(total, value);
            } else {
                part += value;
                if (seen % 64 == 63) {
                    total += part;
                    part = T(0);
                }
            }
            ++seen;
        }
        if constexpr (P == pool::average) total = (total + part) / share;
        if (rest >= lanes<T>)
            store(y + c, total);
        else
            store_partial(y + c, total, rest);
    }
}

/// dx (steps, channels) = dy (channels) / present steps on each of them, or dy where the maximum stands first; 0
/// elsewhere. A NaN counts as the maximum.
template <pool P, class T>
void masked_pool_backward(const masked_steps& a, const T* x, const T* mask, const T* dy, T* dx, extent dx_step) {
    const extent present = a.present(mask);
    for (extent t = 0; t < a.steps; ++t) {
        T* to = dx + t * dx_step;
        const bool spread = P == pool::average && !(mask[t] == T(0));
        for (extent c = 0; c < a.channels; ++c) to[c] = spread ? dy[c] / static_cast<T>(present) : T(0);
    }
    if (P == pool::average || present == 0) return;
    for (extent c = 0; c < a.channels; ++c) {
        extent best = -1;
        for (extent t = 0; t < a.steps; ++t) {
            if (mask[t] == T(0)) continue;
            const T value = x[t * a.step + c];
            const bool ahead = best < 0 || value > x[best * a.step + c] || !(value == value);
            if (ahead) best = t;
            if (!(value == value)) break;
        }
        dx[best * dx_step + c] = dy[c];
    }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
