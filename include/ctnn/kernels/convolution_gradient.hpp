// SPDX-License-Identifier: MIT
/// \file
/// Gradient of a convolution or a dense layer with respect to its weights and bias, channels last.
#pragma once

#include "ctnn/kernels/correlation.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// The tile of the weight gradient: neighboring inputs x vectors of filters. `inputs` is the number of inputs that
/// should lie side by side: the channels, times the taps of a row where these touch. A single whole vector of filters
/// takes up to 28 inputs (24 and 25 loads: 13 cycles for 12 of multiply-adds; 12 and 13 loads would be 7 for 6). Where
/// `channels` alone do not fill the tile, `rest` is a narrower one, for slices of a concatenation, whose taps do not
/// touch.
template <class T>
[[nodiscard]] constexpr key choose_gradient_tile(extent inputs, extent channels, extent filters) {
    key chosen = choose_tile<T>(inputs, filters, true);
    // g++ spills where the mask of a partial vector meets 28 sums in 32 registers, and loses two thirds of the speed.
    if (chosen.partial && registers == 32 && chosen.pixels * chosen.vectors > 26) chosen.pixels = 26 / chosen.vectors;
    if (registers == 32 && vector_count<T>(filters) == 1 && !chosen.partial) {
        const extent most = 28, tiles = (inputs + most - 1) / most;
        chosen.pixels = (inputs + tiles - 1) / tiles;
    }
    chosen.rest = channels < chosen.pixels ? channels : 0;
    return chosen;
}

/// How many independent units the weight gradient falls into: tiles of inputs, for each group and tap.
template <key K>
[[nodiscard]] constexpr extent gradient_units(const correlation& g) {
    const bool merged = g.tap_step[2] == g.channels;
    const extent run = merged ? g.channels * g.taps[2] : g.channels;
    const extent pixels = run < K.pixels ? K.rest : K.pixels;
    return g.groups * g.taps[0] * g.taps[1] * (merged ? 1 : g.taps[2]) * ((run + pixels - 1) / pixels);
}

namespace detail {

/// dw[input][filter] += sum over rows and positions of x[position][input] * dy[position][filter], Inputs x Vectors at
/// a time. dw, x and dy point at the tile's first input and filter. The first `skip` inputs belong to the tile
/// before. The last vector has `tail` filters, all lanes if 0; with Padded zeros follow them in dy.
template <bool Partial, extent Inputs, extent Vectors, bool Padded = false, class T>
CTNN_INLINE void gradient_tile(const correlation& g, const T* x, const T* dy, T* dw, extent dw_step,
                               const extent (*rows)[2], extent count, extent skip, extent tail) {
    const extent width = g.positions[2], step = g.in_step[2], out_step = g.out_step[2];
    const bool whole = !Partial || tail == 0;
    vec<T> sum[static_cast<unsigned>(Inputs)][static_cast<unsigned>(Vectors)];
    unroll<Inputs>([&](auto p) { unroll<Vectors>([&](auto v) { sum[p][v] = vec<T>(T(0)); }); });
    for (extent row = 0; row < count; ++row) {
        const T *from = x + rows[row][0], *out = dy + rows[row][1];
        const auto walk = [&](auto read_last) {
            for (extent i = 0; i < width; ++i, from += step, out += out_step) {
                vec<T> d[static_cast<unsigned>(Vectors)];
                unroll<Vectors - 1>([&](auto v) { d[v] = load_held(out + v * lanes<T>); });
                d[Vectors - 1] = read_last(out + (Vectors - 1) * lanes<T>);
                unroll<Inputs>([&](auto p) {
                    const vec<T> value(from[p]);
                    unroll<Vectors>([&](auto v) { sum[p][v] = fma(value, d[v], sum[p][v]); });
                });
            }
        };
        if (Padded || whole)
            walk([](const T* last) { return load_held(last); });
        else if constexpr (Partial)
            walk([&](const T* last) { return load_partial(last, tail); });
    }
    unroll<Inputs>([&](auto p) {
        if (p < skip) return;
        unroll<Vectors>([&](auto v) {
            T* to = dw + p * dw_step + v * lanes<T>;
            if (v + 1 < Vectors || whole)
                store(to, load(to) + sum[p][v]);
            else
                store_partial(to, load_partial(to, tail) + sum[p][v], tail);
        });
    });
}

}  // namespace detail

/// Part i of n of some work, of equal size but for one.
struct share {
    extent i = 0, n = 1;
    [[nodiscard]] constexpr extent first(extent all) const { return all * i / n; }
    [[nodiscard]] constexpr extent last(extent all) const { return all * (i + 1) / n; }
};

/// db[filter] += sum over rows and positions of dy[position][filter], for a share of the vectors of filters.
template <class T>
CTNN_KERNEL void bias_gradient(const correlation& g, const T* dy, const extent (*rows)[2], extent count, T* db,
                               share of = {}) {
    constexpr extent chains = 4;  // sums of every fourth position: they hide the latency of an addition
    const extent all = g.groups * g.filters, step = g.out_step[2], vectors = vector_count<T>(all);
    const extent even = g.positions[2] / chains * chains;
    for (extent f = of.first(vectors) * lanes<T>; f < all && f < of.last(vectors) * lanes<T>; f += lanes<T>) {
        const extent tail = all - f < lanes<T> ? all - f : 0;
        const auto read = [&](const T* from) { return tail == 0 ? load(from) : load_partial(from, tail); };
        vec<T> sum[chains];
        unroll<chains>([&](auto k) { sum[k] = vec<T>(T(0)); });
        for (extent r = 0; r < count; ++r) {
            const T* from = dy + rows[r][1] + f;
            for (extent i = 0; i < even; i += chains, from += chains * step)
                unroll<chains>([&](auto k) { sum[k] += read(from + k * step); });
            for (extent i = even; i < g.positions[2]; ++i, from += step) sum[0] += read(from);
        }
        const vec<T> total = (sum[0] + sum[1]) + (sum[2] + sum[3]);
        if (tail == 0)
            store(db + f, load(db + f) + total);
        else
            store_partial(db + f, load_partial(db + f, tail) + total, tail);
    }
}

namespace detail {

/// Calls body(vectors, partial) for the block of filters that begins with filter b * width: K.vectors vectors, or the
/// K.last that are left, as constants; partial is the number of filters in the last vector of all.
template <key K, class Body>
CTNN_INLINE void with_filters(extent b, extent blocks, extent tail, const Body& body) {
    if (b < blocks)
        body(std::integral_constant<extent, K.vectors>{}, b + 1 == blocks && K.last == 0 ? tail : 0);
    else if constexpr (K.last != 0)
        body(std::integral_constant<extent, K.last>{}, tail);
}

/// dw += gradient of one long row (positions, inputs) and (positions, filters) without a window, for the units
/// [first_unit, last_unit), tiles of inputs. Some positions at a time: their inputs of a few tiles (16 KB) and their dy
/// of a block of filters (12 KB) are copied side by side. Rows that lie a multiple of 1 KB apart share few sets of the
/// first-level cache, and each dy would be read from the second or third for every tile: a copy serves 8 tiles of 4
/// inputs with AVX2, 8 of 8 with AVX-512, and takes some 6 % of their time.
template <class T, key K>
CTNN_KERNEL void long_row_gradient(const correlation& g, const T* x, const T* dy, T* dw, extent first_unit,
                                   extent last_unit) {
    constexpr extent width = K.vectors * lanes<T>, fitting = 12288 / static_cast<extent>(sizeof(T)) / width;
    constexpr extent most = fitting < 128 ? fitting : 128;
    constexpr extent group = 16384 / static_cast<extent>(sizeof(T)) / (most * K.pixels);
    alignas(64) T inputs[static_cast<unsigned>(group * most * K.pixels)], strip[static_cast<unsigned>(most * width)];
    const extent tiles = (g.channels + K.pixels - 1) / K.pixels, all = g.groups * g.filters;
    const extent tail = g.filters % lanes<T>, blocks = vector_count<T>(g.filters) / K.vectors;
    const extent none[1][2] = {{0, 0}};
    correlation copied;
    copied.in_step[2] = K.pixels;
    const extent parts = (g.positions[2] + most - 1) / most;
    for (extent part = 0; part < parts; ++part) {
        const extent begin = g.positions[2] * part / parts, count = g.positions[2] * (part + 1) / parts - begin;
        copied.positions[2] = count;
        for (extent unit = first_unit; unit < last_unit;) {
            const extent of = unit / tiles, end = (of + 1) * tiles < last_unit ? (of + 1) * tiles : last_unit;
            const extent several = end - unit < group ? end - unit : group;
            const auto input_of = [&](extent i) {
                const extent input = (unit + i) % tiles * K.pixels, highest = g.channels - K.pixels;
                return input < highest ? input : highest;  // the last tile overlaps the one before
            };
            for (extent i = 0; i < several; ++i) {
                const T* from = x + begin * g.in_step[2] + of * g.channels + input_of(i);
                T* to = inputs + i * count * K.pixels;
                for (extent at = 0; at < count; ++at, from += g.in_step[2], to += K.pixels)
                    for (extent p = 0; p < K.pixels; ++p) to[p] = from[p];
            }
            for (extent b = 0; b < blocks + (K.last != 0 ? 1 : 0); ++b)
                with_filters<K>(
                    b, blocks, tail, [&](auto vectors, extent partial) __attribute__((always_inline)) {
                        const T* from = dy + begin * g.out_step[2] + of * g.filters + b * width;
                        T* to = strip;
                        for (extent at = 0; at < count; ++at, from += g.out_step[2], to += vectors * lanes<T>)
                            unroll<vectors>([&](auto v) __attribute__((always_inline)) {
                                store(to + v * lanes<T>, v + 1 < vectors || partial == 0
                                                             ? load(from + v * lanes<T>)
                                                             : load_partial(from + v * lanes<T>, partial));
                            });
                        copied.out_step[2] = vectors * lanes<T>;
                        for (extent i = 0; i < several; ++i) {
                            const extent input = input_of(i), skip = (unit + i) % tiles * K.pixels - input;
                            gradient_tile<K.partial, K.pixels, vectors, true>(
                                copied, inputs + i * count * K.pixels, strip,
                                dw + input * all + of * g.filters + b * width, all, none, 1, skip, partial);
                        }
                    });
            unit += several;
        }
    }
}

}  // namespace detail

/// dw += gradient, for a share of the gradient_units(); db (or null) += the sums of dy, for one of the filters. x as in
/// `correlate`: first tap of the first position; dy: first position, steps in g.out_step; dw (taps, channels, all
/// filters). Sums run over samples, then blocks of rows, then positions: the order does not depend on how the units
/// are divided. A few rows at a time, so that x and dy stay in the second-level cache while all units pass over them.
template <class T, key K>
CTNN_KERNEL void weight_gradient(const correlation& given, const T* x, extent x_sample, const T* dy, extent dy_sample,
                                 extent samples, T* dw, T* db, share of = {}) {
    const extent units = gradient_units<K>(given), first_unit = of.first(units), last_unit = of.last(units);
    correlation g = given;
    if (g.tap_step[2] == g.channels) {
        g.channels *= g.taps[2];
        g.taps[2] = 1;
    }
    constexpr extent most_rows = 16, cached = 65536 / static_cast<extent>(sizeof(T));
    const extent all = g.groups * g.filters, tail = g.filters % lanes<T>;
    const extent row_size = g.positions[2] * (all + g.in_step[2]);
    extent block = cached / (row_size > 0 ? row_size : 1);
    const bool narrow = g.channels < K.pixels;
    const bool long_rows = row_size > 4 * cached && g.tap_count() == 1 && !narrow && g.positions[2] >= 64;  // 256 KB
    block = block < 1 ? 1 : block > most_rows ? most_rows : block;
    const extent pixels = narrow ? K.rest : K.pixels, tiles = (g.channels + pixels - 1) / pixels;
    const extent blocks = vector_count<T>(g.filters) / K.vectors;
    constexpr extent width = K.vectors * lanes<T>;
    for (extent s = 0; s < samples; ++s)
        for (extent begin = 0; begin < g.rows(); begin += block) {
            const extent count = g.rows() - begin < block ? g.rows() - begin : block;
            extent rows[most_rows][2];
            for (extent r = 0; r < count; ++r) {
                const extent d = (begin + r) / g.positions[1], h = (begin + r) % g.positions[1];
                rows[r][0] = s * x_sample + d * g.in_step[0] + h * g.in_step[1];
                rows[r][1] = s * dy_sample + d * g.out_step[0] + h * g.out_step[1];
            }
            if (db != nullptr) bias_gradient(g, dy, rows, count, db, of);
            if constexpr (K.long_rows && K.vectors > 1)
                if (long_rows) {
                    detail::long_row_gradient<T, K>(g, x + rows[0][0], dy + rows[0][1], dw, first_unit, last_unit);
                    continue;
                }
            for (extent unit = first_unit; unit < last_unit; ++unit) {
                const extent tile = unit % tiles, tap = unit / tiles % g.tap_count(),
                             group = unit / tiles / g.tap_count();
                extent input = tile * pixels, skip = 0;
                if (input + pixels > g.channels) {
                    skip = input + pixels - g.channels;
                    input -= skip;
                }
                const extent kw = tap % g.taps[2], kh = tap / g.taps[2] % g.taps[1], kd = tap / g.taps[2] / g.taps[1];
                const T* from =
                    x + kd * g.tap_step[0] + kh * g.tap_step[1] + kw * g.tap_step[2] + group * given.channels + input;
                const T* out = dy + group * g.filters;
                T* to = dw + (tap * g.channels + input) * all + group * g.filters;
                const auto pass = [&](auto inputs) {
                    for (extent b = 0; b < blocks; ++b)
                        detail::gradient_tile<K.partial && K.last == 0, inputs, K.vectors>(
                            g, from, out + b * width, to + b * width, all, rows, count, skip,
                            b + 1 == blocks && K.last == 0 ? tail : 0);
                    if constexpr (K.last != 0)
                        detail::gradient_tile<K.partial, inputs, K.last>(
                            g, from, out + blocks * width, to + blocks * width, all, rows, count, skip, tail);
                };
                if (!narrow)
                    pass(std::integral_constant<extent, K.pixels>{});
                else if constexpr (K.rest != 0)
                    pass(std::integral_constant<extent, K.rest>{});
            }
        }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
