// SPDX-License-Identifier: MIT
/// \file
/// The code of the weights' gradient by Winograd's algorithm: threads share the filters and chunks of the tiles.
#pragma once

#include <cstring>

#include "ctnn/core/call.hpp"
#include "ctnn/core/threads.hpp"
#include "ctnn/kernels/winograd_gradient.hpp"
#include "ctnn/layers/convolution_algorithm.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// The key of a weights' gradient by Winograd: `pixels` are the channels of a tile of registers.
template <class T>
[[nodiscard]] constexpr kernels::key winograd_gradient_key(extent outputs, const convolution_cost& c) {
    const kernels::key tile = kernels::choose_tile<T>(c.channels, c.filters, true);
    return {.pixels = tile.pixels, .vectors = tile.vectors, .last = tile.last, .winograd = outputs};
}

/// Where a tile of a batch lies: x at its first input, at depth 0; add at its first output's gradient.
template <class T>
struct winograd_gradient_tile : kernels::winograd_tile<T> {
    extent depth = 0;     ///< of x, that its first tap sees
    extent readable = 0;  ///< rows of x, where that depth exists
};
template <class T>
[[nodiscard]] winograd_gradient_tile<T> gradient_tile_of(const kernels::winograd_sizes& g, const batch_view<const T>& x,
                                                         const batch_view<const T>& dy, extent number, extent outputs) {
    const extent plane = g.tiles[0] * g.tiles[1], in_plane = number % plane;
    const extent depth = number / plane % g.positions[0], sample = number / plane / g.positions[0];
    const extent row = in_plane / g.tiles[1] * outputs, column = in_plane % g.tiles[1] * outputs;
    const auto most = [](extent there, extent wanted) { return there < wanted ? there : wanted; };
    return {{.x = x.at(sample, 0, row, column),
             .columns = most(g.readable[1] - column, outputs + 2),
             .add = dy.at(sample, depth, row, column),
             .out_rows = most(g.positions[1] - row, outputs),
             .out_columns = most(g.positions[2] - column, outputs)},
            depth + g.first_depth,
            most(g.readable[0] - row, outputs + 2)};
}

/// gradients (count) += the chunks, one behind the other `distance` numbers apart, in their order.
template <class T>
void add_chunks(const T* chunks, extent number, extent distance, extent count, T* gradients, extent threads) {
    constexpr extent piece = 16384;
    parallel_for((count + piece - 1) / piece, threads, [&](extent i) {
        const extent first = i * piece, last = first + piece < count ? first + piece : count;
        for (extent chunk = 0; chunk < number; ++chunk)
            for (extent k = first; k < last; ++k) gradients[k] += chunks[chunk * distance + k];
    });
}

/// Adds into the gradients of weight and bias. The tiles fall into chunks that depend on the sizes alone, and every sum
/// is taken over the tiles of a chunk in their order, whatever the number of parts that the filters are divided into.
/// Taps along depth share the transform of dy.
template <class T, kernels::key K>
void winograd_weight_gradient(const backward_call<T>& call) {
    constexpr extent outputs = K.winograd, points = (outputs + 2) * (outputs + 2);
    constexpr extent width = K.vectors * kernels::lanes<T>;
    const operation& op = call.op;
    const convolution_cost c = forward_cost(op);
    kernels::winograd_sizes g;
    for (int a = 0; a < 3; ++a) g.positions[a] = c.positions[a];
    g.channels = c.channels;
    g.first_depth = -op.window.before[0];
    g.depths = op.in.depth();
    batch_view<const T> x = call.x;
    for (int a = 0; a < 2; ++a) {
        g.tiles[a] = (c.positions[a + 1] + outputs - 1) / outputs;
        x.data -= op.window.before[a + 1] * x.step[a + 1];
        g.readable[a] = op.in.axis[a + 1] + op.window.before[a + 1] + op.window.after[a + 1];
    }
    const extent together = c.gradient_part(), per_part = together / width < 1 ? 1 : together / width;
    g.block = c.gradient_block(outputs);
    const extent blocks = (kernels::vector_count<T>(c.filters) + K.vectors - 1) / K.vectors;
    const extent all_tiles = call.dy.count * g.positions[0] * g.tiles[0] * g.tiles[1];
    const extent steps = (all_tiles + g.block - 1) / g.block;
    extent chunks = c.gradient_chunks();
    while (chunks > 1 && steps < 4 * chunks) chunks /= 2;  // each clears and transforms its sums
    extent parts = (blocks + per_part - 1) / per_part;
    if (const extent wanted = (call.threads + chunks - 1) / chunks; wanted > parts)
        parts = wanted < blocks ? wanted : blocks;
    const extent x_width = round_up(g.channels), x_plane = kernels::winograd_plane(g.block * x_width);
    const extent weights = op.parameters[0].size(), chunk_bias = round_up(weights), distance = c.gradient_chunk();
    const bool biased = op.parameters[1].name != nullptr;
    parallel_for_with_worker(parts * chunks, call.threads, [&](extent unit, extent worker) {
        const extent part = unit / chunks, chunk = unit % chunks;
        const extent first_block = blocks * part / parts, last_block = blocks * (part + 1) / parts;
        const extent first = first_block * width;
        const extent filters = (last_block * width < c.filters ? last_block * width : c.filters) - first;
        const extent d_width = round_up(filters), d_plane = kernels::winograd_plane(g.block * d_width);
        T* const transformed = call.thread_scratch + worker * c.gradient_scratch(outputs);
        T* const gradients = transformed + points * x_plane;
        T* const sums = gradients + points * d_plane;
        const extent block_sums = kernels::winograd_sums(outputs, g.channels, 1, width);
        const extent tap_sums = (last_block - first_block) * block_sums;
        std::memset(sums, 0, static_cast<std::size_t>(c.depth_taps * tap_sums) * sizeof(T));
        T *to_weights = call.gradients, *to_bias = call.gradients + weights;
        if (chunks > 1) {
            to_weights = call.scratch + chunk * distance;
            to_bias = to_weights + chunk_bias;
            const auto bytes = static_cast<std::size_t>(filters) * sizeof(T);
            for (extent row = 0; row < 9 * c.depth_taps * c.channels; ++row)
                std::memset(to_weights + row * c.filters + first, 0, bytes);
            std::memset(to_bias + first, 0, bytes);
        }
        const extent last_tile = steps * (chunk + 1) / chunks * g.block;
        const extent end = last_tile < all_tiles ? last_tile : all_tiles;
        for (extent begin = steps * chunk / chunks * g.block; begin < end; begin += g.block) {
            const extent count = end - begin < g.block ? end - begin : g.block;
            winograd_gradient_tile<T> found[winograd_tiles];
            kernels::winograd_tile<T> tiles[winograd_tiles];
            for (extent t = 0; t < count; ++t) {
                found[t] = gradient_tile_of<T>(g, x, call.dy, begin + t, outputs);
                tiles[t] = found[t];
                tiles[t].add += first;
            }
            kernels::winograd_output_gradient<outputs>(tiles, count, filters, d_width, d_plane, call.dy.step[1],
                                                       call.dy.step[2], gradients);
            if (biased)
                kernels::winograd_bias_gradient(gradients + (outputs + 3) * d_plane, d_width, count, filters,
                                                to_bias + first);
            for (extent tap = 0; tap < c.depth_taps; ++tap) {
                for (extent t = 0; t < count; ++t) {
                    const extent depth = found[t].depth + tap;
                    const bool exists = depth >= 0 && depth < g.depths;
                    tiles[t].x = found[t].x + (exists ? depth * x.step[0] : 0);
                    tiles[t].rows = exists ? found[t].readable : 0;  // a border's are zeros
                }
                kernels::winograd_input<outputs, false>(
                    g, tiles, count, {.count = g.channels, .row = x.step[1], .column = x.step[2]}, transformed);
                for (extent b = first_block; b < last_block; ++b) {
                    T* const to = sums + tap * tap_sums + (b - first_block) * block_sums;
                    const auto multiply = [&](auto vectors) {
                        kernels::winograd_gradient_products<T, K.pixels, vectors>(
                            transformed, x_width, x_plane, gradients + (b - first_block) * width, d_width, d_plane,
                            points, count, g.channels, to);
                    };
                    if constexpr (K.last == 0) {
                        multiply(std::integral_constant<extent, K.vectors>{});
                    } else {
                        if (b + 1 < blocks)
                            multiply(std::integral_constant<extent, K.vectors>{});
                        else
                            multiply(std::integral_constant<extent, K.last>{});
                    }
                }
            }
        }
        for (extent tap = 0; tap < c.depth_taps; ++tap)
            for (extent b = first_block; b < last_block; ++b) {
                const extent rest = c.filters - b * width;
                const extent own = K.last != 0 && b + 1 == blocks ? K.last * kernels::lanes<T> : width;
                kernels::winograd_weights_gradient<outputs>(sums + tap * tap_sums + (b - first_block) * block_sums,
                                                            g.channels, own, rest < own ? rest : own, c.filters,
                                                            to_weights + tap * 9 * c.channels * c.filters + b * width);
            }
    });
    if (chunks == 1) return;
    add_chunks(call.scratch, chunks, distance, weights, call.gradients, call.threads);
    if (biased)
        add_chunks(call.scratch + chunk_bias, chunks, distance, c.filters, call.gradients + weights, call.threads);
}

}  // namespace CTNN_BACKEND
}  // namespace ctnn
