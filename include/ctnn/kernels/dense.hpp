// SPDX-License-Identifier: MIT
/// \file
/// Dense layers of vectors: products of a batch with a matrix of weights. The weights' gradient is
/// convolution_gradient.hpp's.
#pragma once

#include "ctnn/kernels/activation_function.hpp"
#include "ctnn/kernels/correlation.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Samples x vectors of outputs of a tile. With 32 registers 4 x 4 sums, 4 weights and a broadcast input take 21:
/// 8 loads, four cycles on two ports, for 16 multiply-adds, eight cycles on two pipelines whose latency of four wants
/// 8 sums. With 16 registers 6 x 2 sums take 15: 8 loads for 12 multiply-adds. The vectors are also the block in which
/// weights are packed, so that a single sample reads the whole matrix as one stream.
inline constexpr extent dense_rows = registers == 32 ? 4 : 6, dense_vectors = registers == 32 ? 4 : 2;

/// Rows of the next tile where so many are left. Tiles of 4 rows end a batch where those of 6 would compute rows twice:
/// 32 rows are 4 tiles of 6 and 2 of 4, not 6 of 6. What a tile has beyond `left` it takes from the rows before.
[[nodiscard]] constexpr extent next_dense_rows(extent left) {
    return dense_rows == 6 && (left <= 4 || left == 7 || left == 8) ? 4 : dense_rows;
}

/// A matrix (inputs, outputs) of weights: as parameters have it, or packed in blocks of dense_vectors.
template <class T>
struct dense_weights {
    const T* data = nullptr;
    extent inputs = 0, outputs = 0;
    bool packed = false;
    extent block_inputs = inputs;  ///< inputs of a packed block, of which the first `inputs` take part

    /// The weights of input 0 for the outputs from `output` on, a multiple of the lanes.
    [[nodiscard]] CTNN_INLINE const T* at(extent output) const {
        constexpr extent block = dense_vectors * lanes<T>;
        return packed ? data + output / block * block * block_inputs + output % block : data + output;
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

/// What becomes of sums once they are complete: y (rows, outputs) = A(y), rows y_step elements apart. A pointer, so
/// that the products are compiled once for all activations; none if it is null.
template <class T>
struct dense_activation {
    void (*apply)(T* y, extent y_step, extent rows, extent outputs, activation_numbers numbers) = nullptr;
    activation_numbers numbers{};

    CTNN_INLINE void operator()(T* y, extent y_step, extent rows, extent outputs) const {
        if (apply != nullptr) apply(y, y_step, rows, outputs, numbers);
    }
};

namespace detail {

/// What is added to a product: bias (outputs) and add (samples, outputs), each of which may be null; add may be y.
template <class T>
struct dense_addends {
    const T* bias = nullptr;
    const T* add = nullptr;
    extent add_step = 0;

    /// The same for the tile at (row, output).
    [[nodiscard]] CTNN_INLINE dense_addends at(extent row, extent output) const {
        return {bias == nullptr ? nullptr : bias + output, add == nullptr ? nullptr : add + row * add_step + output,
                add_step};
    }
};

/// y (Rows samples, Vectors * lanes outputs) = x (Rows, count) * w (count, Vectors * lanes) + addends. The sums of each
/// output are taken in the order of the inputs, by Chains chains that are added at the end. The first `skip` rows are
/// not written; the last vector has `tail` outputs, all lanes if 0.
/// \param whole inputs whose weights may be read as whole vectors; of the others, which only a single row has, the
///        last vector is read in part
/// \param ahead w of a later tile, of which each input asks the second-level cache for `ahead_step` elements
template <extent Rows, extent Vectors, extent Chains, class T>
CTNN_INLINE void dense_tile(const T* x, extent x_step, const T* w, extent w_step, const dense_addends<T>& addends, T* y,
                            extent y_step, extent count, extent whole, extent skip, extent tail,
                            const T* ahead = nullptr, extent ahead_step = 0) {
    // Lambdas that were calls would keep the sums in memory, and g++ does not inline all of them by itself.
    constexpr auto rows = static_cast<unsigned>(Rows), vectors = static_cast<unsigned>(Vectors);
    vec<T> sum[static_cast<unsigned>(Chains)][rows][vectors];
    unroll<Chains>([&](auto k) __attribute__((always_inline)) {
        unroll<Rows>([&](auto r) __attribute__((always_inline)) {
            unroll<Vectors>([&](auto v) __attribute__((always_inline)) { sum[k][r][v] = vec<T>(T(0)); });
        });
    });
    const auto step = [&](auto chain, extent c, const auto& read_last) __attribute__((always_inline)) {
        vec<T> weight[vectors];
        unroll<Vectors - 1>([&](auto v) __attribute__((always_inline)) {
            weight[v] = load_held(w + c * w_step + v * lanes<T>);
        });
        weight[vectors - 1] = read_last(w + c * w_step + (Vectors - 1) * lanes<T>);
        unroll<Rows>([&](auto r) __attribute__((always_inline)) {
            const vec<T> value(x[r * x_step + c]);
            unroll<Vectors>([&](auto v) __attribute__((always_inline)) {
                sum[chain][r][v] = fma(value, weight[v], sum[chain][r][v]);
            });
        });
    };
    const auto read_whole = [](const T* from) { return load_held(from); };
    const std::integral_constant<extent, 0> first{};
    extent c = 0;
    CTNN_ROLLED
    for (; c + Chains <= whole; c += Chains) {
        if constexpr (Rows > 1) __builtin_prefetch(ahead + c * ahead_step, 0, 2);
        unroll<Chains>([&](auto k) __attribute__((always_inline)) { step(k, c + k, read_whole); });
    }
    if constexpr (Rows == 1) {
        for (; c < whole; ++c) step(first, c, read_whole);
        for (; c < count; ++c) step(first, c, [&](const T* from) { return load_partial(from, tail); });
    }
    unroll<Rows>([&](auto r) __attribute__((always_inline)) {
        if (r < skip) return;
        unroll<Vectors>([&](auto v) __attribute__((always_inline)) {
            const bool all = v + 1 < Vectors || tail == 0;
            const auto plus = [&](vec<T> to, const T* from) __attribute__((always_inline)) {
                return from == nullptr
                           ? to
                           : to + (all ? load(from + v * lanes<T>) : load_partial(from + v * lanes<T>, tail));
            };
            vec<T> total = sum[0][r][v];
            if constexpr (Chains > 1)
                unroll<Chains - 1>([&](auto k) __attribute__((always_inline)) { total += sum[k + 1][r][v]; });
            total = plus(total, addends.bias);
            total = plus(total, addends.add == nullptr ? nullptr : addends.add + r * addends.add_step);
            T* to = y + r * y_step + v * lanes<T>;
            if (all)
                store(to, total);
            else
                store_partial(to, total, tail);
        });
    });
}

/// A tile of Rows samples with as many vectors as there are outputs left, dense_vectors at most: calls
/// tile(vectors, tail) with the number as a constant.
template <class T, class Tile>
CTNN_INLINE void dense_width(extent outputs, const Tile& tile) {
    constexpr extent wide = dense_vectors * lanes<T>;
    if (outputs >= wide) return tile(std::integral_constant<extent, dense_vectors>{}, extent{0});
    unroll<dense_vectors>([&](auto v) {
        constexpr extent vectors = v + 1;
        if (outputs > (vectors - 1) * lanes<T> && outputs <= vectors * lanes<T>)
            tile(std::integral_constant<extent, vectors>{}, outputs % lanes<T>);
    });
}

/// One sample. Its eight sums or more hide the latency of the multiply-adds; each weight is loaded once for one of
/// them, so reading the matrix is what takes the time.
template <class T>
CTNN_INLINE void dense_sample(const T* x, const dense_weights<T>& w, const dense_addends<T>& addends, T* y,
                              extent first, extent last) {
    for (extent output = first; output < last; output += dense_vectors * lanes<T>)
        dense_width<T>(
            last - output, [&](auto vectors, extent tail) __attribute__((always_inline)) {
                constexpr extent chains = (7 + vectors) / vectors;
                dense_tile<1, vectors, chains>(x, 0, w.at(output), w.step(output), addends.at(0, output), y + output, 0,
                                               w.inputs, w.readable(output + (vectors - 1) * lanes<T>), 0, tail);
            });
}

/// A batch: one block of outputs at a time, and of that 128 inputs, whose weights (32 KB with AVX-512, 8 KB with AVX2)
/// stay in the first-level cache for the tiles of all samples. Weights that are not packed are first copied side by
/// side. The matrix itself is read from memory once, and the next block is asked for meanwhile: from L3 its 32 KB take
/// some 1 us, as long as 12 samples compute. A block of outputs is activated while it lies in the first-level cache.
template <class T>
CTNN_INLINE void dense_batch(const T* x, extent x_step, const dense_weights<T>& w, const dense_addends<T>& addends,
                             const dense_activation<T>& activation, T* y, extent y_step, extent samples, extent first,
                             extent last) {
    constexpr extent wide = dense_vectors * lanes<T>, depth = 128;
    alignas(64) T panel[static_cast<unsigned>(depth * wide)];
    const extent tiles = (samples + dense_rows - 1) / dense_rows;
    const extent chunks = (w.inputs + depth - 1) / depth;
    for (extent chunk = 0; chunk < chunks; ++chunk) {
        const extent begin = w.inputs * chunk / chunks, count = w.inputs * (chunk + 1) / chunks - begin;
        // What the inputs before have given already is in y.
        const dense_addends<T> plus = begin == 0 ? addends : dense_addends<T>{nullptr, y, y_step};
        for (extent output = first; output < last; output += wide)
            dense_width<T>(
                last - output, [&](auto vectors, extent tail) __attribute__((always_inline)) {
                    const T* from = w.at(output) + begin * w.step(output);
                    const T* next = from + (w.packed ? w.block_inputs * w.step(output) : wide);
                    extent step = w.step(output);
                    if (!w.packed) {
                        step = vectors * lanes<T>;
                        for (extent c = 0; c < count; ++c, from += w.outputs)
                            unroll<vectors>([&](auto v) {
                                const bool all = v + 1 < vectors || tail == 0;
                                store(panel + c * step + v * lanes<T>,
                                      all ? load(from + v * lanes<T>) : load_partial(from + v * lanes<T>, tail));
                            });
                        from = panel;
                    }
                    const auto tile = [&](auto rows, extent s) __attribute__((always_inline)) {
                        const extent row = s + rows <= samples ? s : samples - rows;  // overlaps the tile before
                        dense_tile<rows, vectors, 1>(x + row * x_step + begin, x_step, from, step, plus.at(row, output),
                                                     y + row * y_step + output, y_step, count, count, s - row, tail,
                                                     next + s / dense_rows * count * (step / tiles), step / tiles);
                    };
                    for (extent s = 0; s < samples;) {
                        const extent rows = next_dense_rows(samples - s);
                        if (rows == dense_rows)
                            tile(std::integral_constant<extent, dense_rows>{}, s);
                        else if constexpr (dense_rows != 4)
                            tile(std::integral_constant<extent, 4>{}, s);
                        s += rows;
                    }
                    if (chunk + 1 == chunks)
                        activation(y + output, y_step, samples, last - output < wide ? last - output : wide);
                });
    }
}

}  // namespace detail

/// y (samples, outputs) = activation(x (samples, inputs) * w + bias + add), for the outputs [first, last); `first` is a
/// multiple of dense_vectors * lanes, and `last` too or the end. bias (outputs) and add (samples, outputs) may be null,
/// add may be y. x_step, add_step, y_step: elements from one sample to the next.
/// The order of each sum depends on the number of inputs and on whether the samples make a batch.
template <class T>
CTNN_KERNEL void dense_forward(const T* x, extent x_step, const dense_weights<T>& w, const T* bias, const T* add,
                               extent add_step, const dense_activation<T>& activation, T* y, extent y_step,
                               extent samples, extent first, extent last) {
    const detail::dense_addends<T> addends{bias, add, add_step};
    if (samples >= dense_rows)
        return detail::dense_batch(x, x_step, w, addends, activation, y, y_step, samples, first, last);
    for (extent s = 0; s < samples; ++s)
        detail::dense_sample(x + s * x_step, w, addends.at(s, 0), y + s * y_step, first, last);
    activation(y + first, y_step, samples, last - first);
}

/// y (rows, outputs) = A(y), rows y_step elements apart.
template <activation A, class T>
CTNN_KERNEL void activate_rows(T* y, extent y_step, extent rows, extent outputs, activation_numbers numbers) {
    const activation_vectors<T> n(numbers);
    for (extent r = 0; r < rows; ++r, y += y_step) {
        extent f = 0;
        for (; f + lanes<T> <= outputs; f += lanes<T>) store(y + f, apply<A, T>(load(y + f), n));
        if (f < outputs) store_partial(y + f, apply<A, T>(load_partial(y + f, outputs - f), n), outputs - f);
    }
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
