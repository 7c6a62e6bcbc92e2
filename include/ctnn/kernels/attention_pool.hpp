// SPDX-License-Identifier: MIT
/// \file
/// The mean of the steps of a sequence, weighted by the softmax of a score for each.
#pragma once

#include "ctnn/kernels/attention.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// One sequence: x (steps, channels), so many elements apart; scores (steps), likewise.
template <class T>
struct scored_steps {
    extent steps = 0, channels = 0;
    T *x = nullptr, *scores = nullptr;
    extent x_step = 0, score_step = 0;

    /// Numbers of temporary memory.
    [[nodiscard]] static constexpr extent memory(extent steps) { return 3 * round_up(steps); }
};

/// The weights (steps), which sum to 1, or are 0 if no step is present. mask (steps): 0 where one is not, or null.
template <class T>
void attention_pool_weights(const scored_steps<const T>& a, const T* mask, T* weights, T* hidden) {
    for (extent t = 0; t < a.steps; ++t) weights[t] = a.scores[t * a.score_step];
    const T inverse =
        detail::inverse_sum(detail::exponentials(weights, detail::hide(mask, a.steps, hidden), a.steps, a.steps));
    for (extent t = 0; t < a.steps; ++t) weights[t] *= inverse;
}

/// y (channels) = the sum of weights * x. memory: scored_steps::memory() numbers.
template <class T>
CTNN_KERNEL void attention_pool_forward(const scored_steps<const T>& a, const T* mask, T* y, T* memory) {
    attention_pool_weights(a, mask, memory, memory + round_up(a.steps));
    for (extent c = 0; c < a.channels; c += lanes<T>) {
        const extent rest = a.channels - c;
        vec<T> sum = T(0);
        for (extent t = 0; t < a.steps; ++t) {
            const T* from = a.x + t * a.x_step + c;
            sum = fma(vec<T>(memory[t]), rest >= lanes<T> ? load(from) : load_partial(from, rest), sum);
        }
        if (rest >= lanes<T>)
            store(y + c, sum);
        else
            store_partial(y + c, sum, rest);
    }
}

/// Overwrites the gradients of x and scores, each of which may be null: dx = w dy, and with d = x dy that of a score is
/// w (d - sum of w d).
template <class T>
void attention_pool_backward(const scored_steps<const T>& a, const T* mask, const T* dy, const scored_steps<T>& to,
                             T* memory) {
    T *weights = memory, *products = memory + 2 * round_up(a.steps), sum = T(0);
    attention_pool_weights(a, mask, weights, memory + round_up(a.steps));
    for (extent t = 0; t < a.steps; ++t) {
        const T* x = a.x + t * a.x_step;
        T product = T(0);
        for (extent c = 0; c < a.channels; ++c) product += x[c] * dy[c];
        products[t] = product;
        sum += weights[t] * product;
    }
    for (extent t = 0; t < a.steps; ++t) {
        if (to.scores != nullptr) to.scores[t * to.score_step] = weights[t] * (products[t] - sum);
        if (to.x == nullptr) continue;
        for (extent c = 0; c < a.channels; ++c) to.x[t * to.x_step + c] = weights[t] * dy[c];
    }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
