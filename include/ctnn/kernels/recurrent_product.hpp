// SPDX-License-Identifier: MIT
/// \file
/// The two products of a recurrent layer: of its inputs, for many steps at once, and of its state, at every step.
///
/// Every sum is taken in an order that depends on nothing but the number of inputs and whether the step is even: not on
/// the batch, nor on how many steps are computed together. So a sequence gives the same bits sample by sample and step
/// by step.
#pragma once

#include "ctnn/kernels/dense.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Vectors of units of a tile for one sample: with 32 registers 4 gates x 4 vectors of sums, which a broadcast input
/// meets in memory operands. With 16 registers 8 or 9 sums, which is what two pipelines with a latency of four want.
template <extent Gates>
inline constexpr extent recurrent_vectors = Gates == 1        ? 8
                                            : registers == 32 ? 4
                                            : Gates == 3      ? 3
                                                              : 2;

/// Samples and vectors of units of a tile for a batch: up to 16 sums with 32 registers, 8 or 9 with 16 (12 of a gru and
/// the 5 vectors that they meet would be one too many), whose weights are loaded once for all samples. Few units, so
/// that a tile's weights stay in the first-level cache for the whole batch.
template <extent Gates>
inline constexpr extent recurrent_rows = registers == 32 || Gates == 1 ? 4
                                         : Gates == 3                  ? 3
                                                                       : 2;
template <extent Gates>
inline constexpr extent recurrent_batch_vectors = Gates > 1         ? 1
                                                  : registers == 32 ? 4
                                                                    : 2;

/// Units of a state with those that fill the last vector; these are always 0.
template <class T>
[[nodiscard]] constexpr extent padded_units(extent units) {
    return vector_count<T>(units) * lanes<T>;
}

namespace detail {

/// z (Rows, Gates, Vectors * lanes) += h (Rows, count) * w (count, Gates, Vectors * lanes), inputs in ascending order
/// or `down`. h_row, z_row: elements from one sample to the next; w_step, w_gate, z_gate: from one input or gate.
template <extent Gates, extent Vectors, extent Rows, class T>
CTNN_KERNEL void recurrent_tile(const T* h, extent h_row, const T* w, extent w_step, extent w_gate, extent count, T* z,
                                extent z_row, extent z_gate, bool down) {
    vec<T> sum[static_cast<unsigned>(Rows)][static_cast<unsigned>(Gates * Vectors)];
    unroll<Rows>([&](auto r) __attribute__((always_inline)) {
        unroll<Gates>([&](auto g) __attribute__((always_inline)) {
            unroll<Vectors>([&](auto v) __attribute__((always_inline)) {
                sum[r][g * Vectors + v] = load(z + r * z_row + g * z_gate + v * lanes<T>);
            });
        });
    });
    const extent one = down ? -1 : 1, step = down ? -w_step : w_step;
    if (down) {
        h += count - 1;
        w += (count - 1) * w_step;
    }
    for (extent k = 0; k < count; ++k, h += one, w += step) {
        vec<T> value[static_cast<unsigned>(Rows)];
        unroll<Rows>([&](auto r) __attribute__((always_inline)) { value[r] = vec<T>(h[r * h_row]); });
        unroll<Gates>([&](auto g) __attribute__((always_inline)) {
            unroll<Vectors>([&](auto v) __attribute__((always_inline)) {
                const T* at = w + g * w_gate + v * lanes<T>;
                const vec<T> weight = Rows > 1 ? load_held(at) : load(at);
                unroll<Rows>([&](auto r) __attribute__((always_inline)) {
                    sum[r][g * Vectors + v] = fma(value[r], weight, sum[r][g * Vectors + v]);
                });
            });
        });
    }
    unroll<Rows>([&](auto r) __attribute__((always_inline)) {
        unroll<Gates>([&](auto g) __attribute__((always_inline)) {
            unroll<Vectors>([&](auto v) __attribute__((always_inline)) {
                store(z + r * z_row + g * z_gate + v * lanes<T>, sum[r][g * Vectors + v]);
            });
        });
    });
}

/// The number of vectors in the tile that begins with vector `first`.
template <extent Gates>
[[nodiscard]] constexpr extent tile_vectors(extent vectors, extent first) {
    return vectors - first < recurrent_vectors<Gates> ? vectors - first : recurrent_vectors<Gates>;
}

}  // namespace detail

/// Weights of a state's product: (count, Gates, units) packed as [tile of units][input][gate][units of the tile].
template <class T>
struct recurrent_matrix {
    const T* data = nullptr;
    extent count = 0;  ///< inputs of the product: units of the state, or gates of its gradient
    extent units = 0;  ///< padded
};

/// z (rows, Gates, units) += h (rows, count) * w, for rows h_row and z_row elements apart. One row takes the weights as
/// they lie. 64 KB of them do not fit into a first-level cache of 32 or 48 KB, but walked alternately up and `down`
/// they find there what was read last. Several rows go by tiles of a vector of units and of inputs whose weights take
/// 16 KB, and stay there meanwhile.
template <extent Gates, class T>
inline void recurrent_product(const T* h, extent h_row, const recurrent_matrix<T>& w, T* z, extent z_row, extent rows,
                              bool down) {
    const extent vectors = w.units / lanes<T>;
    constexpr extent wide = recurrent_vectors<Gates>, narrow = recurrent_batch_vectors<Gates>,
                     high = recurrent_rows<Gates>;
    const extent tiles = (vectors + wide - 1) / wide, block = w.count * Gates * lanes<T>;
    const auto one_row = [&](const T* from, T* to) {
        for (extent i = 0; i < tiles; ++i) {
            const extent first = (down ? tiles - 1 - i : i) * wide, width = detail::tile_vectors<Gates>(vectors, first);
            unroll<wide>([&](auto v) {
                constexpr extent fixed = v + 1;
                if (width == fixed)
                    detail::recurrent_tile<Gates, fixed, 1>(from, 0, w.data + first * block, Gates * fixed * lanes<T>,
                                                            fixed * lanes<T>, w.count, to + first * lanes<T>, 0,
                                                            w.units, down);
            });
        }
    };
    if (rows == 1) return one_row(h, z);
    for (extent vector = 0; vector < vectors;) {
        const extent first = vector / wide * wide, width = detail::tile_vectors<Gates>(vectors, first);
        const extent left = first + width - vector;
        const T* from = w.data + first * block + (vector - first) * lanes<T>;
        T* to = z + vector * lanes<T>;
        const extent step = Gates * width * lanes<T>;
        const auto all_rows = [&](auto v) {
            constexpr extent depth = 16384 / static_cast<extent>(sizeof(T)) / (Gates * v * lanes<T>);
            const extent parts = (w.count + depth - 1) / depth;
            for (extent i = 0; i < parts; ++i) {
                const extent part = down ? parts - 1 - i : i, begin = w.count * part / parts;
                const auto tile = [&](auto r, extent row) {
                    detail::recurrent_tile<Gates, v, r>(h + row * h_row + begin, h_row, from + begin * step, step,
                                                        width * lanes<T>, w.count * (part + 1) / parts - begin,
                                                        to + row * z_row, z_row, w.units, down);
                };
                extent row = 0;
                for (; row + high <= rows; row += high) tile(std::integral_constant<extent, high>{}, row);
                if constexpr (high > 2)
                    for (; row + 2 <= rows; row += 2) tile(std::integral_constant<extent, 2>{}, row);
                for (; row < rows; ++row) tile(std::integral_constant<extent, 1>{}, row);
            }
        };
        if (left >= narrow) {
            all_rows(std::integral_constant<extent, narrow>{});
            vector += narrow;
        } else {
            all_rows(std::integral_constant<extent, 1>{});
            ++vector;
        }
    }
}

/// z (steps, outputs) = x (steps, inputs) * w + bias, steps x_step and z_step elements apart, w packed. dense_forward
/// with the sums of a batch also for a few steps.
template <class T>
CTNN_KERNEL void input_product(const T* x, extent x_step, const dense_weights<T>& w, const T* bias, T* z, extent z_step,
                               extent steps) {
    if (steps >= dense_rows)
        return detail::dense_batch(x, x_step, w, {bias}, dense_activation<T>{}, z, z_step, steps, 0, w.outputs);
    constexpr extent depth = 128;  // as there
    const extent chunks = (w.inputs + depth - 1) / depth;
    for (extent s = 0; s < steps; ++s)
        for (extent chunk = 0; chunk < chunks; ++chunk) {
            const extent begin = w.inputs * chunk / chunks, count = w.inputs * (chunk + 1) / chunks - begin;
            T* to = z + s * z_step;
            for (extent output = 0; output < w.outputs; output += dense_vectors * lanes<T>)
                detail::dense_width<T>(
                    w.outputs - output, [&](auto vectors, extent) __attribute__((always_inline)) {
                        const extent step = w.step(output);
                        const detail::dense_addends<T> plus = begin == 0
                                                                  ? detail::dense_addends<T>{bias + output}
                                                                  : detail::dense_addends<T>{nullptr, to + output};
                        detail::dense_tile<1, vectors, 1>(x + s * x_step + begin, 0, w.at(output) + begin * step, step,
                                                          plus, to + output, 0, count, count, 0, 0);
                    });
        }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
