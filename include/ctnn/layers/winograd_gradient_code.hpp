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

/// The weights' gradient of one call, in units of work that threads share: a part of the filters for a chunk of the
/// tiles. The chunks depend on the sizes alone, and every sum is taken over the tiles of a chunk in their order,
/// whatever the number of parts.
template <class T, kernels::key K>
class winograd_weight_sums {
    static constexpr extent outputs = K.winograd, points = (outputs + 2) * (outputs + 2);
    static constexpr extent width = K.vectors * kernels::lanes<T>;

public:
    explicit winograd_weight_sums(const backward_call<T>& call)
        : call_(call), cost_(forward_cost(call.op)), x_(call.x), biased_(call.op.parameters[1].name != nullptr) {
        const window& w = call.op.window;
        for (int a = 0; a < 3; ++a) sizes_.positions[a] = cost_.positions[a];
        sizes_.channels = cost_.channels;
        sizes_.first_depth = -w.before[0];
        sizes_.depths = call.op.in.depth();
        for (int a = 0; a < 2; ++a) {
            sizes_.tiles[a] = (cost_.positions[a + 1] + outputs - 1) / outputs;
            x_.data -= w.before[a + 1] * x_.step[a + 1];
            sizes_.readable[a] = call.op.in.axis[a + 1] + w.before[a + 1] + w.after[a + 1];
        }
        sizes_.block = cost_.gradient_block(outputs);
        tiles_ = call.dy.count * sizes_.positions[0] * sizes_.tiles[0] * sizes_.tiles[1];
        steps_ = (tiles_ + sizes_.block - 1) / sizes_.block;
        chunks_ = cost_.gradient_chunks();
        while (chunks_ > 1 && steps_ < 4 * chunks_) chunks_ /= 2;  // each clears and transforms its sums
        blocks_ = (kernels::vector_count<T>(cost_.filters) + K.vectors - 1) / K.vectors;
        const extent together = cost_.gradient_part(), per_part = together / width < 1 ? 1 : together / width;
        parts_ = (blocks_ + per_part - 1) / per_part;
        if (const extent wanted = (call.threads + chunks_ - 1) / chunks_; wanted > parts_)
            parts_ = wanted < blocks_ ? wanted : blocks_;
    }
    [[nodiscard]] extent units() const { return parts_ * chunks_; }

    /// One unit, in the memory of a thread. A gradient that is not the only one is written apart from the others.
    void run(extent unit, extent worker) const {
        const part p(*this, unit / chunks_, call_.thread_scratch + worker * cost_.gradient_scratch(outputs));
        const extent chunk = unit % chunks_;
        T *weights = call_.gradients, *bias = call_.gradients + weight_count();
        if (chunks_ > 1) {
            weights = call_.scratch + chunk * cost_.gradient_chunk();
            bias = weights + round_up(weight_count());
            clear(weights, bias, p);
        }
        std::memset(p.sums, 0, static_cast<std::size_t>(cost_.depth_taps * p.tap_sums) * sizeof(T));
        const extent last = steps_ * (chunk + 1) / chunks_ * sizes_.block, end = last < tiles_ ? last : tiles_;
        for (extent begin = steps_ * chunk / chunks_ * sizes_.block; begin < end; begin += sizes_.block)
            add_tiles(p, begin, end - begin < sizes_.block ? end - begin : sizes_.block, bias);
        for (extent tap = 0; tap < cost_.depth_taps; ++tap)
            for (extent b = p.first_block; b < p.last_block; ++b) {
                const extent rest = cost_.filters - b * width;
                const extent own = K.last != 0 && b + 1 == blocks_ ? K.last * kernels::lanes<T> : width;
                kernels::winograd_weights_gradient<outputs>(
                    p.sums_of(tap, b), cost_.channels, own, rest < own ? rest : own, cost_.filters,
                    weights + tap * 9 * cost_.channels * cost_.filters + b * width);
            }
    }
    /// Adds the chunks' gradients, once all units have run.
    void finish() const {
        if (chunks_ == 1) return;
        add_chunks(call_.scratch, chunks_, cost_.gradient_chunk(), weight_count(), call_.gradients, call_.threads);
        if (biased_)
            add_chunks(call_.scratch + round_up(weight_count()), chunks_, cost_.gradient_chunk(), cost_.filters,
                       call_.gradients + weight_count(), call_.threads);
    }

private:
    /// The filters of a unit, in blocks of `width`, and where their transforms and sums lie.
    struct part {
        extent first_block, last_block, first, filters;
        extent x_width, x_plane, d_width, d_plane, block_sums, tap_sums;
        T *transformed, *gradients, *sums;

        part(const winograd_weight_sums& of, extent number, T* memory)
            : first_block(of.blocks_ * number / of.parts_),
              last_block(of.blocks_ * (number + 1) / of.parts_),
              first(first_block * width),
              filters((last_block * width < of.cost_.filters ? last_block * width : of.cost_.filters) - first),
              x_width(round_up(of.cost_.channels)),
              x_plane(kernels::winograd_plane(of.sizes_.block * x_width)),
              d_width(round_up(filters)),
              d_plane(kernels::winograd_plane(of.sizes_.block * d_width)),
              block_sums(kernels::winograd_sums(outputs, of.cost_.channels, 1, width)),
              tap_sums((last_block - first_block) * block_sums),
              transformed(memory),
              gradients(transformed + points * x_plane),
              sums(gradients + points * d_plane) {}
        [[nodiscard]] T* sums_of(extent tap, extent block) const {
            return sums + tap * tap_sums + (block - first_block) * block_sums;
        }
    };

    [[nodiscard]] extent weight_count() const { return call_.op.parameters[0].size(); }
    void clear(T* weights, T* bias, const part& p) const {
        const auto bytes = static_cast<std::size_t>(p.filters) * sizeof(T);
        for (extent row = 0; row < 9 * cost_.depth_taps * cost_.channels; ++row)
            std::memset(weights + row * cost_.filters + p.first, 0, bytes);
        std::memset(bias + p.first, 0, bytes);
    }
    /// Adds `count` tiles from number `begin` on to the sums of a part, and to the bias.
    void add_tiles(const part& p, extent begin, extent count, T* bias) const {
        winograd_gradient_tile<T> found[winograd_tiles];
        kernels::winograd_tile<T> tiles[winograd_tiles];
        for (extent t = 0; t < count; ++t) {
            found[t] = gradient_tile_of<T>(sizes_, x_, call_.dy, begin + t, outputs);
            tiles[t] = found[t];
            tiles[t].add += p.first;
        }
        kernels::winograd_output_gradient<outputs>(tiles, count, p.filters, p.d_width, p.d_plane, call_.dy.step[1],
                                                   call_.dy.step[2], p.gradients);
        if (biased_)
            kernels::winograd_bias_gradient(p.gradients + (outputs + 3) * p.d_plane, p.d_width, count, p.filters,
                                            bias + p.first);
        for (extent tap = 0; tap < cost_.depth_taps; ++tap) {
            for (extent t = 0; t < count; ++t) {
                const extent depth = found[t].depth + tap;
                const bool exists = depth >= 0 && depth < sizes_.depths;
                tiles[t].x = found[t].x + (exists ? depth * x_.step[0] : 0);
                tiles[t].rows = exists ? found[t].readable : 0;  // a border's are zeros
            }
            kernels::winograd_input<outputs, false>(sizes_, tiles, count,
                                                    {.count = cost_.channels, .row = x_.step[1], .column = x_.step[2]},
                                                    p.transformed);
            for (extent b = p.first_block; b < p.last_block; ++b) {
                const auto multiply = [&](auto vectors) {
                    kernels::winograd_gradient_products<T, K.pixels, vectors>(
                        p.transformed, p.x_width, p.x_plane, p.gradients + (b - p.first_block) * width, p.d_width,
                        p.d_plane, points, count, cost_.channels, p.sums_of(tap, b));
                };
                if (K.last == 0 || b + 1 < blocks_)
                    multiply(std::integral_constant<extent, K.vectors>{});
                else if constexpr (K.last != 0)
                    multiply(std::integral_constant<extent, K.last>{});
            }
        }
    }

    const backward_call<T>& call_;
    convolution_cost cost_;
    kernels::winograd_sizes sizes_;
    batch_view<const T> x_;  ///< from its first tap on
    bool biased_;
    extent tiles_ = 0, steps_ = 0, chunks_ = 0;  ///< of a batch; blocks of tiles; chunks of such blocks
    extent blocks_ = 0, parts_ = 0;              ///< of filters; of such blocks
};

/// Adds into the gradients of weight and bias. Taps along depth share the transform of dy.
template <class T, kernels::key K>
void winograd_weight_gradient(const backward_call<T>& call) {
    const winograd_weight_sums<T, K> sums(call);
    parallel_for_with_worker(sums.units(), call.threads, [&](extent unit, extent worker) { sums.run(unit, worker); });
    sums.finish();
}

}  // namespace CTNN_BACKEND
}  // namespace ctnn
