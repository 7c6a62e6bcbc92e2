// SPDX-License-Identifier: MIT
/// \file
/// Dense layers of vectors: products of a batch with a matrix of weights. The weights' gradient is
/// convolution_gradient.hpp's.
#pragma once

#include "ctnn/kernels/correlation.hpp"
#include "ctnn/kernels/math.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Vectors of outputs in one block of packed weights: a single sample keeps eight sums, enough to hide the latency of
/// the multiply-adds, and reads the whole matrix as one stream.
inline constexpr extent dense_vectors = 8;

/// A matrix (inputs, outputs) of weights: as parameters have it, or packed in blocks of dense_vectors.
template <class T>
struct dense_weights {
    const T* data = nullptr;
    extent inputs = 0, outputs = 0;
    bool packed = false;

    /// The weights of input 0 for the outputs from `output` on, a multiple of the lanes.
    [[nodiscard]] CTNN_INLINE const T* at(extent output) const {
        constexpr extent block = dense_vectors * lanes<T>;
        return packed ? data + output / block * block * inputs + output % block : data + output;
    }
    /// Elements from one input to the next in the block of `output`.
    [[nodiscard]] CTNN_INLINE extent step(extent output) const {
        constexpr extent block = dense_vectors * lanes<T>;
        if (!packed) return outputs;
        const extent rest = vector_count<T>(outputs) * lanes<T> - output / block * block;
        return rest < block ? rest : block;
    }
    /// For how many inputs a whole vector may be read at `output` without passing the matrix's end.
    [[nodiscard]] CTNN_INLINE extent readable(extent output) const {
        if (packed || output + lanes<T> <= outputs) return inputs;
        const extent spare = inputs * outputs - output - lanes<T>;
        return spare < 0 ? 0 : spare / outputs + 1;
    }
};

namespace detail {

/// y (Rows samples, Vectors * lanes outputs) += x (Rows, count) * w (count, Vectors * lanes). The sums of each output
/// are taken in the order of the inputs, by Chains chains that are added at the end. The first `skip` rows are not
/// written.
/// \param whole inputs whose weights may be read as whole vectors; the others are read in part, Vectors is 1 then
template <extent Rows, extent Vectors, extent Chains, class T>
CTNN_INLINE void dense_tile(const T* x, extent x_step, const T* w, extent w_step, T* y, extent y_step, extent count,
                            extent whole, extent skip, extent tail) {
    constexpr auto rows = static_cast<unsigned>(Rows), vectors = static_cast<unsigned>(Vectors);
    vec<T> sum[static_cast<unsigned>(Chains)][rows][vectors];
    unroll<Chains>([&](auto k) {
        unroll<Rows>([&](auto r) { unroll<Vectors>([&](auto v) { sum[k][r][v] = vec<T>(T(0)); }); });
    });
    const auto step = [&](auto chain, extent c, const auto& read) __attribute__((always_inline)) {
        vec<T> weight[vectors];
        unroll<Vectors>([&](auto v) { weight[v] = read(w + c * w_step + v * lanes<T>); });
        unroll<Rows>([&](auto r) {
            const vec<T> value(x[r * x_step + c]);
            unroll<Vectors>([&](auto v) { sum[chain][r][v] = fma(value, weight[v], sum[chain][r][v]); });
        });
    };
    const auto read_whole = [](const T* from) { return load_held(from); };
    const std::integral_constant<extent, 0> first{};
    extent c = 0;
    for (; c + Chains <= whole; c += Chains) unroll<Chains>([&](auto k) { step(k, c + k, read_whole); });
    if constexpr (Chains > 1) {
        for (; c < whole; ++c) step(first, c, read_whole);
        for (; c < count; ++c) step(first, c, [&](const T* from) { return load_partial(from, tail); });
    }
    unroll<Rows>([&](auto r) {
        if (r < skip) return;
        unroll<Vectors>([&](auto v) {
            vec<T> total = sum[0][r][v];
            if constexpr (Chains > 1) unroll<Chains - 1>([&](auto k) { total += sum[k + 1][r][v]; });
            T* to = y + r * y_step + v * lanes<T>;
            if (v + 1 < Vectors || tail == 0) store(to, load(to) + total);
            else store_partial(to, load_partial(to, tail) + total, tail);
        });
    });
}

/// One sample: eight vectors at a time, then single ones whose sum is split into four chains.
template <class T>
CTNN_INLINE void dense_sample(const T* x, const dense_weights<T>& w, T* y, extent first, extent last) {
    constexpr extent wide = dense_vectors * lanes<T>;
    extent output = first;
    for (; output + wide <= last; output += wide)
        dense_tile<1, dense_vectors, 1>(x, 0, w.at(output), w.step(output), y + output, 0, w.inputs, w.inputs, 0, 0);
    for (; output < last; output += lanes<T>)
        dense_tile<1, 1, 4>(x, 0, w.at(output), w.step(output), y + output, 0, w.inputs, w.readable(output), 0,
                            last - output < lanes<T> ? last - output : 0);
}

/// How many samples make a batch of it: 8 x 2 sums (6 x 2) take ten (eight) loads for 16 (12) multiply-adds and stay
/// within 32 (16) registers.
inline constexpr extent dense_rows = registers == 32 ? 8 : 6;

/// A batch: two vectors of outputs at a time, 128 inputs of them copied side by side, so that the tiles of all samples
/// read them from the first-level cache. The matrix itself is read from memory once. The next two vectors are asked for
/// meanwhile: the hardware does not foresee the jump from row to row.
template <class T>
CTNN_INLINE void dense_batch(const T* x, extent x_step, const dense_weights<T>& w, T* y, extent y_step, extent samples,
                             extent first, extent last) {
    constexpr extent width = 2 * lanes<T>, depth = 128;
    alignas(64) T panel[static_cast<unsigned>(depth * width)];
    for (extent begin = 0; begin < w.inputs; begin += depth) {
        const extent count = w.inputs - begin < depth ? w.inputs - begin : depth;
        for (extent output = first; output < last; output += width) {
            const T* from = w.at(output) + begin * w.step(output);
            const bool two = output + lanes<T> < last;
            const extent rest = last - output - (two ? lanes<T> : 0), tail = rest < lanes<T> ? rest : 0;
            for (extent c = 0; c < count; ++c, from += w.step(output)) {
                __builtin_prefetch(from + width);
                vec<T> left(T(0)), right(T(0));
                if (two) left = load(from);
                if (tail == 0) (two ? right : left) = load(two ? from + lanes<T> : from);
                else (two ? right : left) = load_partial(two ? from + lanes<T> : from, tail);
                store(panel + c * width, left);
                store(panel + c * width + lanes<T>, right);
            }
            for (extent s = 0; s < samples; s += dense_rows) {
                const extent row = s + dense_rows <= samples ? s : samples - dense_rows;  // overlaps the tile before it
                const T* in = x + row * x_step + begin;
                T* out = y + row * y_step + output;
                if (two)
                    dense_tile<dense_rows, 2, 1>(in, x_step, panel, width, out, y_step, count, count, s - row, tail);
                else dense_tile<dense_rows, 1, 1>(in, x_step, panel, width, out, y_step, count, count, s - row, tail);
            }
        }
    }
}

}  // namespace detail

/// y (samples, outputs) += x (samples, inputs) * w, for the outputs [first, last); `first` is a multiple of
/// dense_vectors * lanes, and `last` too or the end. x_step, y_step: elements from one sample to the next.
/// The order of each sum depends on the number of inputs and on whether the samples make a batch.
template <class T>
CTNN_KERNEL void dense_forward(const T* x, extent x_step, const dense_weights<T>& w, T* y, extent y_step,
                               extent samples, extent first, extent last) {
    if (samples >= detail::dense_rows) return detail::dense_batch(x, x_step, w, y, y_step, samples, first, last);
    for (extent s = 0; s < samples; ++s) detail::dense_sample(x + s * x_step, w, y + s * y_step, first, last);
}

/// y (outputs) = bias + add for one sample; bias and add may be null, add may be y.
template <class T>
void dense_start(const T* bias, const T* add, T* y, extent outputs) {
    for (extent f = 0; f < outputs; ++f) y[f] = (bias == nullptr ? T(0) : bias[f]) + (add == nullptr ? T(0) : add[f]);
}

/// y (outputs) = A(y) for one sample.
template <activation A, class T>
CTNN_KERNEL void dense_finish(T* y, extent outputs, T alpha) {
    const vec<T> slope(alpha);
    extent f = 0;
    for (; f + lanes<T> <= outputs; f += lanes<T>) store(y + f, apply<A, T>(load(y + f), slope));
    if (f < outputs) store_partial(y + f, apply<A, T>(load_partial(y + f, outputs - f), slope), outputs - f);
}

/// dx (samples, inputs) = dy (samples, outputs) * the transpose of weights (inputs, outputs), for the inputs
/// [first, last); with `accumulate` added into dx. Both are read along the outputs, as they lie: tiles of four inputs x
/// lanes / 4 samples are dot products whose vectors become sums at the end, a whole vector of them at once.
template <class T>
CTNN_KERNEL void dense_input_gradient(const T* dy, extent dy_step, const T* weights, extent outputs, T* dx,
                                      extent dx_step, extent samples, extent first, extent last, bool accumulate) {
    constexpr extent wide = 4, high = lanes<T> / 4 < 1 ? 1 : lanes<T> / 4;
    const extent even = outputs / lanes<T> * lanes<T>, tail = outputs - even;
    for (extent input = first; input < last; input += wide)
        for (extent s = 0; s < samples; s += high) {
            // Beyond the last input or sample the tile repeats it; the repetitions are not written.
            const T *w[wide], *d[static_cast<unsigned>(high)];
            for (extent i = 0; i < wide; ++i) w[i] = weights + (input + i < last ? input + i : last - 1) * outputs;
            for (extent i = 0; i < high; ++i) d[i] = dy + (s + i < samples ? s + i : samples - 1) * dy_step;
            vec<T> sum[static_cast<unsigned>(high * wide)];
            unroll<high * wide>([&](auto i) { sum[i] = vec<T>(T(0)); });
            const auto step = [&](const auto& read) __attribute__((always_inline)) {
                vec<T> weight[wide];
                unroll<wide>([&](auto i) { weight[i] = read(w[i]); });
                unroll<high>([&](auto j) {
                    const vec<T> value = read(d[j]);
                    unroll<wide>([&](auto i) { sum[j * wide + i] = fma(value, weight[i], sum[j * wide + i]); });
                });
            };
            for (extent f = 0; f < even; f += lanes<T>) step([&](const T* row) { return load_held(row + f); });
            if (tail != 0) step([&](const T* row) { return load_partial(row + even, tail); });
            T total[static_cast<unsigned>(high * wide)];
            unroll<high * wide / lanes<T>>(
                [&](auto i) { store(total + i * lanes<T>, reduce_add_each(sum + i * lanes<T>)); });
            for (extent j = 0; j < high && s + j < samples; ++j)
                for (extent i = 0; i < wide && input + i < last; ++i) {
                    T& to = dx[(s + j) * dx_step + input + i];
                    to = accumulate ? to + total[j * wide + i] : total[j * wide + i];
                }
        }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
