// SPDX-License-Identifier: MIT
/// \file
/// Which algorithm computes a convolution: a choice by operations and bytes, made when the network is compiled.
#pragma once

#include "ctnn/core/operation.hpp"
#include "ctnn/core/window.hpp"
#include "ctnn/kernels/winograd.hpp"

// Tests can ask for Winograd wherever it applies: 2 or 4 outputs a tile and axis. 0: the rule below decides.
#if !defined(CTNN_FORCE_WINOGRAD)
#define CTNN_FORCE_WINOGRAD 0
#endif

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Outputs of a tile along an axis; 0 for the direct algorithm.
[[nodiscard]] constexpr extent winograd_outputs(algorithm a) {
    return a == algorithm::winograd_4 ? 4 : a == algorithm::winograd_2 ? 2 : 0;
}

/// The most taps along depth of a Winograd convolution.
inline constexpr extent winograd_depth = 7;

/// The most tiles that are worked on together.
inline constexpr extent winograd_tiles = 64;

/// Can Winograd's algorithm compute this convolution and its input's gradient? It needs 3x3 taps over height and width
/// (any number up to 7 over depth), stride 1, dilation 1 and one group.
[[nodiscard]] constexpr bool winograd_applies(const window& w, extent groups) {
    for (int a = 0; a < 3; ++a)
        if (w.stride[a] != 1 || w.dilation[a] != 1) return false;
    return groups == 1 && w.kernel[0] <= winograd_depth && w.kernel[1] == 3 && w.kernel[2] == 3;
}

/// The sizes of a convolution, or of the one that gives its input's gradient, that decide how it is computed.
struct convolution_cost {
    extent positions[3]{1, 1, 1};
    extent depth_taps = 1;
    extent channels = 1, filters = 1;

    [[nodiscard]] constexpr extent tiles(extent outputs) const {
        return ((positions[1] + outputs - 1) / outputs) * ((positions[2] + outputs - 1) / outputs);
    }
    /// Elements of the weights that an algorithm reads.
    [[nodiscard]] constexpr extent weights(extent taps) const { return depth_taps * taps * channels * filters; }
    /// Tiles that are worked on together: as many as keep the transformed inputs and products within 768 KB, which
    /// the second-level caches of most servers hold, but at least 16, so that the weights are read no more than once
    /// for 16 tiles, and at most winograd_tiles. An image's tiles are divided into equal blocks. Those of several small
    /// images are put together: 16 or so, or as many as there may be where the weights alone exceed 256 KB.
    [[nodiscard]] constexpr extent block(extent outputs) const {
        const extent filling = round_up(filters);
        const extent width = filling < kernels::winograd_filters ? filling : kernels::winograd_filters;
        const extent points = (outputs + 2) * (outputs + 2), all = tiles(outputs);
        extent most = 768 * 256 / (points * (depth_taps * round_up(channels) + width));
        most = most < 16 ? 16 : most > winograd_tiles ? winograd_tiles : most;
        if (all > most) {
            const extent blocks = (all + most - 1) / most;
            return (all + blocks - 1) / blocks;
        }
        const extent together = weights(points) > 65536 ? most : 16;
        return all < together ? together / all * all : all;
    }
    /// Cycles of a core with two pipelines of 16 lanes, for one sample: multiply-adds of whole vectors, and the bytes
    /// of weights that do not fit into half a megabyte of cache, at 10 bytes a cycle (30 GB/s at 3 GHz).
    [[nodiscard]] constexpr double direct_cycles() const {
        const extent vectors = round_up(filters) / 16;
        const extent products = positions[0] * positions[1] * positions[2] * depth_taps * 9 * channels * vectors;
        return static_cast<double>(products) / 2 + streaming(weights(9) * 4);
    }
    /// The same by Winograd: the products of all points; and for each tile and vector the transforms, whose loads,
    /// stores and additions take about `input` and `output` cycles.
    [[nodiscard]] constexpr double winograd_cycles(extent outputs) const {
        const extent points = (outputs + 2) * (outputs + 2), vectors = round_up(filters) / 16;
        const extent input = outputs == 4 ? 250 : 70, output = outputs == 4 ? 200 : 60;
        const extent all = positions[0] * tiles(outputs);
        const double products = static_cast<double>(all * points * depth_taps * channels * vectors) / 2;
        const double transforms = static_cast<double>(all * (input * (round_up(channels) / 16) + output * vectors));
        return products + transforms + streaming(weights(points) * 4);
    }
    /// Filters of the weights' gradient that are worked on together: as many as keep the sums of all points (36 with 4
    /// outputs a tile) and taps along depth within 1.2 MB, but at least 64.
    [[nodiscard]] constexpr extent gradient_part() const {
        const extent most = 8192 / (channels * depth_taps) / 64 * 64, all = round_up(filters);
        return most < 64 ? (all < 64 ? all : 64) : most < all ? most : all;
    }
    /// Tiles of the same: transforms of 768 KB, as block(), but at least 32, because the sums are read and written once
    /// for each block.
    [[nodiscard]] constexpr extent gradient_block(extent outputs) const {
        const extent points = (outputs + 2) * (outputs + 2);
        const extent most = 768 * 256 / (points * (round_up(channels) + gradient_part()));
        return most < 32 ? 32 : most > winograd_tiles ? winograd_tiles : most;
    }
    /// Elements of scratch memory of one thread for the same. Blocks of filters are whole vectors, at most 64 wide.
    [[nodiscard]] constexpr extent gradient_scratch(extent outputs) const {
        const extent points = (outputs + 2) * (outputs + 2), tiles = gradient_block(outputs);
        const extent part = gradient_part() + kernels::winograd_filters, vectors = part / 4;  // of 4 lanes at least
        return points * (kernels::winograd_plane(tiles * round_up(channels)) + kernels::winograd_plane(tiles * part) +
                         depth_taps * (channels * part + 16 * vectors));
    }
    /// Chunks of the tiles whose sums threads compute apart from each other and add in order: a power of two, 8 at most
    /// and so few that their gradients take 4 MB at most. Where weights are many there is one, and threads share the
    /// filters alone.
    [[nodiscard]] constexpr extent gradient_chunks() const {
        extent chunks = 8;
        while (chunks > 1 && chunks * gradient_chunk() > 1 << 20) chunks /= 2;
        return chunks;
    }
    /// Numbers of the gradient of one: weights and bias.
    [[nodiscard]] constexpr extent gradient_chunk() const {
        return round_up(9 * depth_taps * channels * filters) + round_up(filters);
    }
    /// As winograd_cycles, for the weights' gradient: each tap along depth transforms the inputs again, and the sums
    /// are read and written once a block, 16 bytes a cycle.
    [[nodiscard]] constexpr double gradient_cycles(extent outputs) const {
        const extent points = (outputs + 2) * (outputs + 2), all = positions[0] * tiles(outputs);
        const double blocks = static_cast<double>(all) / static_cast<double>(gradient_block(outputs));
        const extent again = all * (depth_taps - 1) * (outputs == 4 ? 250 : 70) * (round_up(channels) / 16);
        return winograd_cycles(outputs) - streaming(weights(points) * 4) + static_cast<double>(again) +
               blocks * static_cast<double>(points * depth_taps * channels * round_up(filters)) / 2;
    }
    [[nodiscard]] constexpr algorithm cheapest_gradient() const {
        const double direct = direct_cycles() - streaming(weights(9) * 4), two = gradient_cycles(2),
                     four = gradient_cycles(4);
        if (four * 1.1 < direct && four <= two) return algorithm::winograd_4;
        return two * 1.1 < direct ? algorithm::winograd_2 : algorithm::direct;
    }
    [[nodiscard]] static constexpr double streaming(extent bytes) {
        return bytes > 524288 ? static_cast<double>(bytes) / 10 : 0;
    }
    /// Winograd is taken where it saves a tenth, because it rounds more.
    [[nodiscard]] constexpr algorithm cheapest() const {
        const double direct = direct_cycles(), two = winograd_cycles(2), four = winograd_cycles(4);
        if (four * 1.1 < direct && four <= two) return algorithm::winograd_4;
        return two * 1.1 < direct ? algorithm::winograd_2 : algorithm::direct;
    }
};

[[nodiscard]] constexpr convolution_cost forward_cost(const operation& op) {
    return {{op.out.axis[0], op.out.axis[1], op.out.axis[2]}, op.window.kernel[0], op.in.channels(), op.out.channels()};
}
/// The gradient of the input is a convolution of the output's gradient: channels and filters change places.
[[nodiscard]] constexpr convolution_cost gradient_cost(const operation& op) {
    return {{op.in.axis[0], op.in.axis[1], op.in.axis[2]}, op.window.kernel[0], op.out.channels(), op.in.channels()};
}

/// Sets both algorithms of an operation. `exact` refuses Winograd, `outputs` (2 or 4) demands it.
constexpr void choose_algorithm(operation& op, bool exact, extent outputs) {
    op.algorithm = op.gradient_algorithm = op.weight_algorithm = algorithm::direct;
    if (exact || !winograd_applies(op.window, op.groups)) return;
    if (outputs == 0) outputs = CTNN_FORCE_WINOGRAD;
    if (outputs != 0) {
        op.algorithm = op.gradient_algorithm = outputs == 2 ? algorithm::winograd_2 : algorithm::winograd_4;
        op.weight_algorithm = op.algorithm;
    } else {
        op.algorithm = forward_cost(op).cheapest();
        op.gradient_algorithm = gradient_cost(op).cheapest();
        op.weight_algorithm = forward_cost(op).cheapest_gradient();
    }
}

/// Rows of outputs that a thread keeps before it stores the maxima of 2x2 neighbors: an even number, 32 KB of float or
/// two rows, for the first-level cache.
[[nodiscard]] constexpr extent halved_rows(const operation& op) {
    const extent row = op.out.width() * op.out.channels(), pairs = 8192 / (2 * row), all = op.out.height() / 2;
    return 2 * (pairs < 1 ? 1 : pairs < all ? pairs : all);
}

/// Elements of temporary memory of each thread.
[[nodiscard]] constexpr extent thread_scratch(algorithm a, const convolution_cost& c) {
    const extent outputs = winograd_outputs(a);
    if (outputs == 0) return 0;
    return kernels::winograd_scratch(outputs, c.block(outputs), c.depth_taps, c.channels, c.filters);
}
/// Of an operation in an engine, or with `training` forwards and backwards; 0 unless it is a convolution.
[[nodiscard]] constexpr extent thread_scratch(const operation& op, bool training) {
    if (op.what != kind::convolution) return 0;
    if (op.halved && op.algorithm == algorithm::direct)
        return round_up(halved_rows(op) * op.out.width() * op.out.channels());
    const extent forward = thread_scratch(op.algorithm, forward_cost(op));
    if (!training) return forward;
    const extent backward = thread_scratch(op.gradient_algorithm, gradient_cost(op));
    const extent outputs = winograd_outputs(op.weight_algorithm);
    const extent weights = outputs == 0 ? 0 : forward_cost(op).gradient_scratch(outputs);
    const extent larger = forward > backward ? forward : backward;
    return larger > weights ? larger : weights;
}

}  // namespace CTNN_BACKEND
}  // namespace ctnn
