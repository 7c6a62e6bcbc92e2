// SPDX-License-Identifier: MIT
/// \file
/// The code of Winograd convolutions: a batch is divided into blocks of tiles, which threads share.
#pragma once

#include "ctnn/core/call.hpp"
#include "ctnn/core/threads.hpp"
#include "ctnn/kernels/winograd_output.hpp"
#include "ctnn/kernels/winograd_pack.hpp"
#include "ctnn/layers/convolution_algorithm.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// The key of a Winograd convolution. The tile of registers is that of rows of as many pixels as there are tiles.
template <class T>
[[nodiscard]] constexpr kernels::key winograd_key(extent outputs, const convolution_cost& c) {
    const extent block = c.block(outputs), tiles = c.tiles(outputs);
    const kernels::key tile = kernels::choose_tile<T>(tiles < block ? tiles : block, c.filters, true);
    return {.pixels = tile.pixels, .vectors = tile.vectors, .last = tile.last, .winograd = outputs};
}

/// One Winograd convolution of a batch. x begins at the first tap of the first position, whatever the depth; add.data
/// may be null, or y.data.
template <class T>
struct winograd_work {
    kernels::winograd_sizes sizes{};
    batch_view<const T> x{}, add{};
    batch_view<const T> coarse{};  ///< x of half the size, from the pixel before the first on
    extent coarse_channels = 0, coarse_at = 0;
    batch_view<T> y{};
    const T* weights = nullptr;  ///< packed by kernels::winograd_weights
    const T* bias = nullptr;     ///< filters rounded up to 16
    extent parts = 1;            ///< how many threads share the filters of a block, each with the whole input of it

    [[nodiscard]] extent tiles() const { return y.count * sizes.tiles[0] * sizes.tiles[1]; }
    [[nodiscard]] extent blocks() const { return (tiles() + sizes.block - 1) / sizes.block; }
    /// Depths in a row that one thread computes, so that a transformed slice of x serves all taps that see it. 16 of
    /// them with 3 taps transform 18 slices.
    [[nodiscard]] extent run() const { return sizes.taps > 1 ? 16 : 1; }
    [[nodiscard]] extent runs() const { return (sizes.positions[0] + run() - 1) / run(); }

    /// Divides the batch among threads so that the one with the most has as little to do as may be: into blocks of
    /// fewer tiles, `together` of which are multiplied at a time, or blocks whose filters several threads share. Every
    /// sum is the same in each division. Cycles are counted as in convolution_cost::winograd_cycles, but weights are
    /// taken to come from L2 at 32 bytes a cycle.
    [[gnu::noinline]] void divide(extent outputs, extent together, extent filter_blocks, extent threads) {
        const extent points = (outputs + 2) * (outputs + 2), widest = sizes.block;
        const extent filling = round_up(sizes.filters) / 16, products = points * sizes.taps * sizes.channels * filling;
        const extent input = (outputs == 4 ? 250 : 70) * round_up(sizes.channels) / 16;
        const extent output = (outputs == 4 ? 200 : 60) * filling;
        extent least = 0;
        for (extent by = 1; by <= filter_blocks && by <= threads; ++by)
            for (extent block = widest; block > 0; block = (block - 1) / together * together) {
                const extent units = (tiles() + block - 1) / block * runs() * by;
                const extent multiplied = (block + together - 1) / together * together;
                const extent each = block * input + (block * output + (multiplied + 4) * products / 2) / by;
                const extent longest = (units + threads - 1) / threads * each;
                if (least != 0 && longest >= least) continue;
                least = longest;
                sizes.block = block;
                parts = by;
            }
    }

    /// Transforms all channels of tiles at one depth of x.
    template <kernels::key K>
    void transform(const kernels::winograd_tile<T>* from, extent count, extent depth, T* to) const {
        kernels::winograd_channels fine{.count = sizes.channels - coarse_channels,
                                        .depth = depth * x.step[0],
                                        .row = x.step[1],
                                        .column = x.step[2]};
        if constexpr (K.coarse) {
            fine.first = coarse_at == 0 ? coarse_channels : 0;
            kernels::winograd_input<K.winograd, true>(
                sizes, from, count,
                {.first = coarse_at,
                 .count = coarse_channels,
                 .depth = depth * coarse.shape.depth() / sizes.depths * coarse.step[0],
                 .row = coarse.step[1],
                 .column = coarse.step[2]},
                to);
        }
        kernels::winograd_input<K.winograd, false>(sizes, from, count, fine, to);
    }
    /// Where the tile is that has this number in the batch.
    template <bool Halved>
    [[nodiscard]] kernels::winograd_tile<T> tile(extent number, extent outputs) const {
        constexpr extent share = Halved ? 2 : 1;
        const extent plane = sizes.tiles[0] * sizes.tiles[1];
        const extent sample = number / plane, in_plane = number % plane;
        const extent row = in_plane / sizes.tiles[1] * outputs, column = in_plane % sizes.tiles[1] * outputs;
        const auto most = [](extent there, extent wanted) { return there < wanted ? there : wanted; };
        return {.x = x.at(sample, 0, row, column),
                .rows = most(sizes.readable[0] - row, outputs + 2),
                .columns = most(sizes.readable[1] - column, outputs + 2),
                .coarse = coarse.data == nullptr ? nullptr : coarse.at(sample, 0, row / 2, column / 2),
                .y = y.at(sample, 0, row / share, column / share),
                .add = add.data == nullptr ? nullptr : add.at(sample, 0, row, column),
                .out_rows = most(sizes.positions[1] - row, outputs),
                .out_columns = most(sizes.positions[2] - column, outputs)};
    }
};

/// One block of tiles through one run of depths for one part of the filters.
template <class T, kernels::key K>
void winograd_unit(const winograd_work<T>& work, extent unit, T* scratch) {
    constexpr extent outputs = K.winograd, points = (outputs + 2) * (outputs + 2);
    constexpr extent width = K.vectors * kernels::lanes<T>;
    const kernels::winograd_sizes& g = work.sizes;
    const extent part = unit % work.parts, first_depth = unit / work.parts % work.runs() * work.run();
    const extent last_depth = first_depth + work.run() < g.positions[0] ? first_depth + work.run() : g.positions[0];
    const extent first_tile = unit / work.parts / work.runs() * g.block;
    const extent count = work.tiles() - first_tile < g.block ? work.tiles() - first_tile : g.block;
    kernels::winograd_tile<T> tiles[winograd_tiles];
    for (extent t = 0; t < count; ++t) tiles[t] = work.template tile<K.halved>(first_tile + t, outputs);

    const extent slice = kernels::winograd_slice(outputs, g.block, g.channels);
    T* const products = scratch + g.taps * slice;
    const extent whole = kernels::vector_count<T>(g.filters) / K.vectors, blocks = whole + (K.last != 0 ? 1 : 0);
    const extent block_weights = points * g.taps * g.channels * width;
    extent next = 0;  // the first depth of x that is not transformed
    for (extent d = first_depth; d < last_depth; ++d) {
        const T* slices[winograd_depth];
        extent first_tap = 0, depths = 0;
        for (extent tap = 0; tap < g.taps; ++tap) {
            const extent depth = g.first_depth + d + tap;
            if (depth < 0 || depth >= g.depths) continue;  // zeros of the border
            T* at = scratch + depth % g.taps * slice;
            if (d == first_depth || depth >= next) {
                work.template transform<K>(tiles, count, depth, at);
                next = depth + 1;
            }
            if (depths == 0) first_tap = tap;
            slices[depths++] = at;
        }
        kernels::winograd_target target{.row = work.y.step[1],
                                        .column = work.y.step[2],
                                        .add_row = work.add.step[1],
                                        .add_column = work.add.step[2]};
        for (extent b = blocks * part / work.parts; b < blocks * (part + 1) / work.parts; ++b) {
            const T* weights = work.weights + b * block_weights;
            const auto multiply = [&](auto vectors) {
                kernels::winograd_products<T, K.pixels, vectors>(g, points, slices, first_tap, depths, weights,
                                                                 products, count);
            };
            if constexpr (K.last == 0) {
                multiply(std::integral_constant<extent, K.vectors>{});
            } else {
                if (b < whole)
                    multiply(std::integral_constant<extent, K.vectors>{});
                else
                    multiply(std::integral_constant<extent, K.last>{});
            }
            const extent filter = b * width, rest = g.filters - filter;
            target.offset = d * work.y.step[0] + filter;
            target.add_offset = d * work.add.step[0] + filter;
            kernels::winograd_output<outputs, K.activation, K.halved>(
                g, tiles, count, products, b < whole ? width : K.last * kernels::lanes<T>, work.bias + filter,
                rest < width ? rest : width, target);
        }
    }
}

/// The whole batch. The division into parts may depend on the number of threads, because every sum is the same in each.
template <class T, kernels::key K>
void winograd_convolve(winograd_work<T>& work, extent threads, T* scratch) {
    const kernels::winograd_sizes& g = work.sizes;
    const extent multiply_adds =
        work.tiles() * g.positions[0] * (K.winograd + 2) * (K.winograd + 2) * g.taps * g.channels * g.filters;
    if (multiply_adds < (1 << 20)) threads = 1;  // some 10 us: another thread would not be awake before
    if (threads > 1)
        work.divide(K.winograd, K.pixels, (kernels::vector_count<T>(g.filters) + K.vectors - 1) / K.vectors, threads);
    const extent own = kernels::winograd_scratch(K.winograd, g.block, g.taps, g.channels, g.filters);
    parallel_for_with_worker(work.blocks() * work.runs() * work.parts, threads, [&](extent unit, extent worker) {
        winograd_unit<T, K>(work, unit, scratch + worker * own);
    });
}

/// Transforms and packs weights for `outputs` (2 or 4) outputs a tile; as kernels::winograd_weights.
template <class T>
void pack_winograd(extent outputs, const convolution_cost& c, extent vectors, const T* weights, const T* scale,
                   bool transposed, T* to, extent threads) {
    constexpr extent channels = 16;  // of a piece of work
    parallel_for((c.channels + channels - 1) / channels, c.channels * c.filters < 4096 ? 1 : threads, [&](extent i) {
        const extent first = i * channels, last = first + channels < c.channels ? first + channels : c.channels;
        kernels::winograd_weights(outputs, c.depth_taps, c.channels, c.filters, vectors, weights, scale, transposed,
                                  first, last, to);
    });
}

/// The sizes of a Winograd convolution for one tile size.
[[nodiscard]] constexpr kernels::winograd_sizes winograd_sizes_of(const convolution_cost& c, extent outputs) {
    kernels::winograd_sizes g;
    for (int a = 0; a < 3; ++a) g.positions[a] = c.positions[a];
    g.taps = c.depth_taps;
    g.channels = c.channels;
    g.filters = c.filters;
    for (int a = 0; a < 2; ++a) g.tiles[a] = (c.positions[a + 1] + outputs - 1) / outputs;
    g.block = c.block(outputs);
    return g;
}

/// y = activation(bias + conv(x) + other) with packed weights and bias. x has a border of zeros as wide as the padding;
/// other.data may be null, or y.data. With K.coarse it is not added: it holds channels of x in half the size, with a
/// border of one pixel.
template <class T, kernels::key K>
void winograd_forward_packed(const forward_call<T>& call, const T* packed) {
    const operation& op = call.op;
    const convolution_cost c = forward_cost(op);
    winograd_work<T> work{.sizes = winograd_sizes_of(c, K.winograd), .x = call.x, .y = call.y};
    if constexpr (K.coarse) {
        work.coarse = call.other;
        work.coarse.data -= call.other.step[1] + call.other.step[2];
        work.coarse_channels = op.coarse;
        work.coarse_at = op.coarse_at;
    } else {
        work.add = call.other;
    }
    kernels::winograd_sizes& g = work.sizes;
    g.numbers = op.numbers();
    g.first_depth = -op.window.before[0];
    g.depths = op.in.depth();
    for (int a = 0; a < 2; ++a) {
        work.x.data -= op.window.before[a + 1] * call.x.step[a + 1];
        g.readable[a] = op.in.axis[a + 1] + op.window.before[a + 1] + op.window.after[a + 1];
    }
    work.weights = packed;
    work.bias = packed + kernels::winograd_packed(K.winograd, g.taps, g.channels, g.filters);
    winograd_convolve<T, K>(work, call.threads, call.thread_scratch);
}

/// dx (+)= gradient of the input: a convolution of dy, which has a border of gradient_border() zeros, with the flipped
/// weights.
template <class T, kernels::key K>
void winograd_input_gradient(const backward_call<T>& call) {
    const operation& op = call.op;
    const convolution_cost c = gradient_cost(op);
    winograd_work<T> work{.sizes = winograd_sizes_of(c, K.winograd), .x = call.dy, .y = call.dx};
    kernels::winograd_sizes& g = work.sizes;
    if (call.accumulate) work.add = call.dx;
    g.first_depth = op.window.before[0] - (g.taps - 1);
    g.depths = op.out.depth();
    for (int a = 0; a < 2; ++a) {
        const extent first = op.window.before[a + 1] - 2;  // the output that input 0 sees with its last tap
        work.x.data += first * call.dy.step[a + 1];
        g.readable[a] = op.out.axis[a + 1] + gradient_border(op.window, op.in, op.out, a + 1).after - first;
    }
    const extent size = kernels::winograd_packed(K.winograd, g.taps, g.channels, g.filters);
    pack_winograd<T>(K.winograd, c, K.vectors, call.parameters, nullptr, true, call.scratch, call.threads);
    std::memset(call.scratch + size, 0, static_cast<std::size_t>(round_up(g.filters)) * sizeof(T));
    work.weights = call.scratch;
    work.bias = call.scratch + size;
    winograd_convolve<T, K>(work, call.threads, call.thread_scratch);
}

}  // namespace CTNN_BACKEND
}  // namespace ctnn
