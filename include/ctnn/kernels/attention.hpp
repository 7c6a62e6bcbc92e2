// SPDX-License-Identifier: MIT
/// \file
/// Attention of one head: softmax(Q K^T / sqrt(width)) V, a block of rows of the scores at a time.
#pragma once

#include <limits>

#include "ctnn/core/storage.hpp"
#include "ctnn/kernels/dense.hpp"
#include "ctnn/kernels/dropout.hpp"
#include "ctnn/kernels/math.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// The sizes of one head, and of the memory that it needs: linear in the tokens, because the scores of `rows()` queries
/// are all that exist at a time.
struct attention_sizes {
    extent queries = 0, keys = 0;
    extent width = 0;     ///< numbers of a query, a key, a value
    bool causal = false;  ///< a query sees its own key and those before it

    /// Numbers from one row of scores to the next.
    [[nodiscard]] constexpr extent columns() const { return round_up(keys); }
    /// Queries of a block at most: 64, which read each packed key and value 16 tiles long from the first-level cache;
    /// fewer, but not below 12, where their scores would take more than 128 KB of float. Causal blocks have 24, because
    /// all see as many keys as the last: of 64 tokens 65 % of the scores are computed then, of 196 tokens 56 %.
    [[nodiscard]] constexpr extent rows() const {
        const extent most = 32768 / columns(), wanted = causal ? 24 : 64;
        return most < 12 ? 12 : most < wanted ? most : wanted;
    }
    /// Blocks are of whole tiles of queries, shared out evenly: a tile that is not full costs as much as one that is.
    [[nodiscard]] constexpr extent tiles() const { return (queries + dense_rows - 1) / dense_rows; }
    [[nodiscard]] constexpr extent blocks() const {
        const extent most = rows() / dense_rows;
        return (tiles() + most - 1) / most;
    }
    [[nodiscard]] constexpr extent block(extent i) const {
        const extent first = tiles() * i / blocks() * dense_rows;
        return first < queries ? first : queries;
    }
    /// Keys are summed over in chunks of 128 at most, as dense_batch would.
    [[nodiscard]] constexpr extent chunks() const { return (keys + 127) / 128; }
    [[nodiscard]] constexpr extent chunk(extent i) const { return keys * i / chunks(); }
    /// How many keys the queries before `query` see: if causal, none of those that follow.
    [[nodiscard]] constexpr extent seen(extent query) const { return causal && query < keys ? query : keys; }
    [[nodiscard]] constexpr extent scores() const { return rows() * columns(); }
    [[nodiscard]] constexpr extent turned() const { return width * columns(); }
    [[nodiscard]] constexpr extent upright() const { return keys * round_up(width); }
    [[nodiscard]] constexpr extent forward_memory() const { return scores() + turned() + upright() + columns(); }
    [[nodiscard]] constexpr extent backward_memory() const {
        return 2 * (scores() + turned() + rows() * round_up(width)) + upright() + columns();
    }
};

namespace detail {

/// from (count, width), rows `step` elements apart -> the transpose times `factor`, packed as weights (width, count).
template <class T>
CTNN_KERNEL void pack_turned(const T* from, extent step, extent count, extent width, T factor, T* to) {
    const dense_weights<T> w{to, width, count, true};
    for (extent key = 0; key < count; key += lanes<T>) {
        T* at = to + (w.at(key) - to);
        const extent next = w.step(key), real = count - key < lanes<T> ? count - key : lanes<T>;
        const T* rows = from + key * step;
        if (real == lanes<T>)
            for (extent c = 0; c < width; ++c)
                for (extent k = 0; k < lanes<T>; ++k) at[c * next + k] = rows[k * step + c] * factor;
        else
            for (extent c = 0; c < width; ++c)
                for (extent k = 0; k < lanes<T>; ++k) at[c * next + k] = k < real ? rows[k * step + c] * factor : T(0);
    }
}

/// from (count, width), rows `step` elements apart -> packed as weights (count, width).
template <class T>
CTNN_KERNEL void pack_upright(const T* from, extent step, extent count, extent width, T* to) {
    const dense_weights<T> w{to, count, width, true};
    for (extent c = 0; c < width; c += lanes<T>) {
        T* at = to + (w.at(c) - to);
        const extent next = w.step(c), real = width - c;
        for (extent i = 0; i < count; ++i)
            store(at + i * next,
                  real >= lanes<T> ? load(from + i * step + c) : load_partial(from + i * step + c, real));
    }
}
/// The same, each chunk of a head's keys by itself.
template <class T>
void pack_chunks(const attention_sizes& a, const T* from, extent step, T* to) {
    for (extent i = 0; i < a.chunks(); ++i)
        pack_upright(from + a.chunk(i) * step, step, a.chunk(i + 1) - a.chunk(i), a.width,
                     to + a.chunk(i) * vector_count<T>(a.width) * lanes<T>);
}

/// y (rows, width) = scores (rows, keys) * the values that pack_chunks packed, for the keys before `seen`.
template <class T>
void multiply_by_chunks(const attention_sizes& a, const T* scores, const T* values, extent seen, T* y, extent y_step,
                        extent rows) {
    const extent padded = vector_count<T>(a.width) * lanes<T>;
    for (extent i = 0; i < a.chunks() && a.chunk(i) < seen; ++i) {
        const extent first = a.chunk(i), count = a.chunk(i + 1) - first, left = seen - first;
        const dense_weights<T> chunk{values + first * padded, left < count ? left : count, a.width, true, count};
        dense_forward<T>(scores + first, a.columns(), chunk, nullptr, i == 0 ? nullptr : y, y_step, {}, y, y_step, rows,
                         0, a.width);
    }
}

/// Where a mask (keys) is 0, minus infinity; 0 elsewhere. \returns `hidden`, or null if there is no mask
template <class T>
[[nodiscard]] inline const T* hide(const T* mask, extent keys, T* hidden) {
    if (mask == nullptr) return nullptr;
    for (extent i = 0; i < round_up(keys); ++i)
        hidden[i] = i < keys && mask[i] == T(0) ? -std::numeric_limits<T>::infinity() : T(0);
    return hidden;
}

/// Scores of the first `count` keys become minus infinity where these are hidden. \returns whether all are
template <class T>
CTNN_KERNEL bool hide_scores(T* scores, const T* hidden, extent count, extent whole) {
    const vec<T> never(-std::numeric_limits<T>::infinity());
    for (extent i = 0; i < whole; i += lanes<T>)
        store(scores + i, select(load(hidden + i) == vec<T>(T(0)), load(scores + i), never));
    for (extent i = 0; i < count; ++i)
        if (hidden[i] == T(0)) return false;
    return true;
}

/// Scores of the first `count` keys -> e^(score - the largest), zeros where a key is hidden, and from there up to
/// `end`. \returns their sum
template <class T>
CTNN_KERNEL T exponentials(T* scores, const T* hidden, extent count, extent end) {
    const extent whole = (count + lanes<T> - 1) / lanes<T> * lanes<T>;
    for (extent i = count; i < whole; ++i) scores[i] = -std::numeric_limits<T>::infinity();
    if (hidden != nullptr && hide_scores(scores, hidden, count, whole)) {
        for (extent i = 0; i < (whole > end ? whole : end); ++i) scores[i] = T(0);
        return T(0);
    }
    // Two chains each: a maximum and an addition wait four cycles for the one before.
    vec<T> largest = load(scores), other = largest;
    extent i = 0;
    for (; i + 2 * lanes<T> <= whole; i += 2 * lanes<T>) {
        largest = greater_of(largest, load(scores + i));
        other = greater_of(other, load(scores + i + lanes<T>));
    }
    if (i < whole) other = greater_of(other, load(scores + i));
    // A NaN may be missed here, and makes the sum NaN all the same.
    largest = vec<T>(reduce_max(greater_of(largest, other)));
    vec<T> total = T(0), second = T(0);
    const auto raise = [&](T* at, vec<T>& sum) {
        const vec<T> e = exp_or_zero(load(at) - largest);
        store(at, e);
        sum += e;
    };
    for (i = 0; i + 2 * lanes<T> <= whole; i += 2 * lanes<T>) {
        raise(scores + i, total);
        raise(scores + i + lanes<T>, second);
    }
    if (i < whole) raise(scores + i, total);
    total += second;
    for (i = whole; i < end; ++i) scores[i] = T(0);
    return reduce_add(total);
}

/// y (width) = y * factor.
template <class T>
CTNN_INLINE void multiply_row(T* y, extent width, T factor) {
    extent c = 0;
    for (; c + lanes<T> <= width; c += lanes<T>) store(y + c, load(y + c) * vec<T>(factor));
    if (c < width) store_partial(y + c, load_partial(y + c, width - c) * vec<T>(factor), width - c);
}

/// What a row is multiplied by at last; one without keys stays 0.
template <class T>
[[nodiscard]] inline T inverse_sum(T sum) {
    return sum == T(0) ? T(0) : 1 / sum;
}

/// What a score is multiplied by: 1 / sqrt(width).
template <class T>
[[nodiscard]] inline T attention_scale(extent width) {
    return static_cast<T>(1 / __builtin_sqrt(static_cast<double>(width)));
}

}  // namespace detail

/// The queries (queries, width), keys and values (keys, width) of one head, so many elements apart.
template <class T>
struct attention_operands {
    T *query = nullptr, *key = nullptr, *value = nullptr;
    extent query_step = 0, key_step = 0;
};

/// What is left out of one head of one sample.
template <class T>
struct attention_gaps {
    const T* mask = nullptr;  ///< (keys): nobody sees those where it is 0; null: all are seen
    double rate = 0;          ///< of the weights that are dropped; the others are divided by 1 - rate
    dropout_key key{0, 0, 0};
    extent head = 0;  ///< number of the head among those of all samples

    /// Drops some of the weights of a query's keys before `end`, the same for every call.
    void drop_row(const attention_sizes& a, T* weights, extent query, extent end) const {
        if (rate == 0) return;
        drop<T>({weights, end}, {weights, end}, (head * a.queries + query) * a.keys, 1, end, key,
                detail::dropped<T>(rate));
    }
};

/// y (queries, width) = softmax(query key^T / sqrt(width)) value, for the blocks [first, last) of queries, which do not
/// depend on each other. `memory`: a.forward_memory() numbers.
///
/// Both products are dense layers of a block of queries, whose weights are the keys, turned, and the values. Rows are
/// divided by their sums at the end, width numbers instead of tokens.
template <class T>
void attention_forward(const attention_sizes& a, const attention_operands<const T>& from, const attention_gaps<T>& gaps,
                       T* y, extent y_step, T* memory, extent first, extent last) {
    T *scores = memory, *keys = scores + a.scores(), *values = keys + a.turned();
    const T* hidden = detail::hide(gaps.mask, a.keys, values + a.upright());
    detail::pack_turned(from.key, from.key_step, a.keys, a.width, detail::attention_scale<T>(a.width), keys);
    detail::pack_chunks(a, from.value, from.key_step, values);
    for (extent i = first; i < last; ++i) {
        const extent begin = a.block(i), end = a.block(i + 1), rows = end - begin, seen = a.seen(end);
        dense_forward<T>(from.query + begin * from.query_step, from.query_step, {keys, a.width, a.keys, true}, nullptr,
                         nullptr, 0, {}, scores, a.columns(), rows, 0, seen);
        T inverse[64];
        for (extent r = 0; r < rows; ++r) {
            T* row = scores + r * a.columns();
            inverse[r] = detail::inverse_sum(detail::exponentials(row, hidden, a.seen(begin + r + 1), seen));
            gaps.drop_row(a, row, begin + r, seen);
        }
        T* to = y + begin * y_step;
        detail::multiply_by_chunks(a, scores, values, seen, to, y_step, rows);
        for (extent r = 0; r < rows; ++r) detail::multiply_row(to + r * y_step, a.width, inverse[r]);
    }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
