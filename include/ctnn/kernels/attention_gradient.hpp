// SPDX-License-Identifier: MIT
/// \file
/// The gradient of attention: scores are computed again, a block of rows at a time, instead of being kept.
#pragma once

#include "ctnn/kernels/attention.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// y (Keys, width) += the transpose of scores (rows, Keys) * w (rows, width), for Vectors vectors of the width; of the
/// last `tail` numbers, all lanes if 0. The first `skip` keys are not written. w is packed, rows w_step elements apart.
template <extent Keys, extent Vectors, class T>
CTNN_INLINE void turned_tile(const T* scores, extent columns, const T* w, extent w_step, extent rows, T* y,
                             extent y_step, extent skip, extent tail) {
    vec<T> sum[static_cast<unsigned>(Keys)][static_cast<unsigned>(Vectors)];
    unroll<Keys>([&](auto k) __attribute__((always_inline)) {
        unroll<Vectors>([&](auto v) __attribute__((always_inline)) { sum[k][v] = vec<T>(T(0)); });
    });
    for (extent r = 0; r < rows; ++r, scores += columns, w += w_step) {
        vec<T> weight[static_cast<unsigned>(Vectors)];
        unroll<Vectors>([&](auto v) __attribute__((always_inline)) { weight[v] = load_held(w + v * lanes<T>); });
        unroll<Keys>([&](auto k) __attribute__((always_inline)) {
            const vec<T> value(scores[k]);
            unroll<Vectors>([&](auto v)
                                __attribute__((always_inline)) { sum[k][v] = fma(value, weight[v], sum[k][v]); });
        });
    }
    unroll<Keys>([&](auto k) __attribute__((always_inline)) {
        if (k < skip) return;
        unroll<Vectors>([&](auto v) __attribute__((always_inline)) {
            T* to = y + k * y_step + v * lanes<T>;
            if (v + 1 < Vectors || tail == 0)
                store(to, load(to) + sum[k][v]);
            else
                store_partial(to, load_partial(to, tail) + sum[k][v], tail);
        });
    });
}

/// y (keys, width) += the transpose of scores (rows, keys) * w (rows, width), which pack_upright packed.
template <class T>
CTNN_KERNEL void add_turned_product(const T* scores, extent columns, const dense_weights<T>& w, T* y, extent y_step,
                                    extent keys) {
    for (extent c = 0; c < w.outputs; c += dense_vectors * lanes<T>)
        dense_width<T>(
            w.outputs - c, [&](auto vectors, extent tail) __attribute__((always_inline)) {
                const auto tile = [&](auto many, extent key, extent skip) __attribute__((always_inline)) {
                    turned_tile<many, vectors>(scores + key, columns, w.at(c), w.step(c), w.inputs,
                                               y + key * y_step + c, y_step, skip, tail);
                };
                extent key = 0;
                for (; keys >= dense_rows && key < keys; key += dense_rows) {
                    const extent at = key + dense_rows <= keys ? key : keys - dense_rows;  // overlaps the tile before
                    tile(std::integral_constant<extent, dense_rows>{}, at, key - at);
                }
                for (; key < keys; ++key) tile(std::integral_constant<extent, 1>{}, key, 0);
            });
}

/// What the sum of exponentials leaves to be done to a row of the first `count` keys, in place: p = e * inverse and
/// ds = p (dp - sum of p dp) scale, with zeros up to `end`.
template <class T>
CTNN_KERNEL void score_gradient(T* p, T* dp, extent count, extent end, T inverse, T scale) {
    const extent whole = (count + lanes<T> - 1) / lanes<T> * lanes<T>;
    for (extent i = count; i < whole; ++i) dp[i] = T(0);  // where p is 0 already
    vec<T> total = T(0);
    for (extent i = 0; i < whole; i += lanes<T>) {
        const vec<T> value = load(p + i) * vec<T>(inverse);
        store(p + i, value);
        total = fma(value, load(dp + i), total);
    }
    const vec<T> sum(reduce_add(total)), factor(scale);
    for (extent i = 0; i < whole; i += lanes<T>) store(dp + i, load(p + i) * (load(dp + i) - sum) * factor);
    for (extent i = whole; i < end; ++i) dp[i] = T(0);
}

}  // namespace detail

/// Overwrites the gradients `to` of queries, keys and values with those of attention_forward() at dy (queries, width).
/// `memory`: a.backward_memory() numbers.
///
/// With P the weights of a block of queries, dP = dy value^T and dS = P (dP - sum of P dP over keys) / sqrt(width): the
/// gradients are dS key of the queries, and sums over the blocks of dS^T query and P^T dy. Weights that were dropped
/// are dropped from dP and from the P of P^T dy.
template <class T>
void attention_backward(const attention_sizes& a, const attention_operands<const T>& from,
                        const attention_gaps<T>& gaps, const T* dy, extent dy_step, const attention_operands<T>& to,
                        T* memory) {
    T *scores = memory, *gradients = scores + a.scores(), *keys = gradients + a.scores(), *values = keys + a.turned(),
      *upright = values + a.turned(), *queries = upright + a.upright(),
      *outputs = queries + a.rows() * round_up(a.width);
    const T* hidden = detail::hide(gaps.mask, a.keys, outputs + a.rows() * round_up(a.width));
    const T scale = detail::attention_scale<T>(a.width);
    detail::pack_turned(from.key, from.key_step, a.keys, a.width, scale, keys);
    detail::pack_turned(from.value, from.key_step, a.keys, a.width, T(1), values);
    detail::pack_chunks(a, from.key, from.key_step, upright);
    for (extent t = 0; t < a.keys; ++t)
        for (extent c = 0; c < a.width; ++c) to.key[t * to.key_step + c] = to.value[t * to.key_step + c] = T(0);
    const extent columns = a.columns();
    for (extent i = 0; i < a.blocks(); ++i) {
        const extent begin = a.block(i), end = a.block(i + 1), rows = end - begin, seen = a.seen(end);
        const T *query = from.query + begin * from.query_step, *d = dy + begin * dy_step;
        dense_forward<T>(query, from.query_step, {keys, a.width, a.keys, true}, nullptr, nullptr, 0, {}, scores,
                         columns, rows, 0, seen);
        dense_forward<T>(d, dy_step, {values, a.width, a.keys, true}, nullptr, nullptr, 0, {}, gradients, columns, rows,
                         0, seen);
        for (extent r = 0; r < rows; ++r) {
            const extent own = a.seen(begin + r + 1);
            T *weights = scores + r * columns, *change = gradients + r * columns;
            const T sum = detail::exponentials(weights, hidden, own, seen);
            gaps.drop_row(a, change, begin + r, own);
            detail::score_gradient(weights, change, own, seen, detail::inverse_sum(sum), scale);
            gaps.drop_row(a, weights, begin + r, seen);
        }
        detail::multiply_by_chunks(a, gradients, upright, seen, to.query + begin * to.query_step, to.query_step, rows);
        detail::pack_upright(query, from.query_step, rows, a.width, queries);
        detail::pack_upright(d, dy_step, rows, a.width, outputs);
        detail::add_turned_product<T>(gradients, columns, {queries, rows, a.width, true}, to.key, to.key_step, seen);
        detail::add_turned_product<T>(scores, columns, {outputs, rows, a.width, true}, to.value, to.key_step, seen);
    }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
