// SPDX-License-Identifier: MIT
/// \file
/// The product of a value and a gate that is the same for all positions, for all channels, or for neither.
#pragma once

#include "ctnn/kernels/channel_vectors.hpp"
#include "ctnn/kernels/pixel_runs.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// x, y: `count` pixels of `channels`; gate: as many pixels of as many channels, or of one with OneChannel; its step is
/// 0 where it is the same for all pixels. y = x * gate, or y += x * gate.
template <bool OneChannel, class T>
CTNN_KERNEL void scale_pixels(pixels<const T> x, pixels<const T> gate, pixels<T> y, extent count, extent channels,
                              bool accumulate) {
    for (extent i = 0; i < count; ++i) {
        const T *from = x.data + i * x.step, *factor = gate.data + i * gate.step;
        T* to = y.data + i * y.step;
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            vec<T> result(T(0));
            if (accumulate) result = read(to + c);
            if constexpr (OneChannel)
                write(to + c, fma(read(from + c), vec<T>(factor[0]), result));
            else
                write(to + c, fma(read(from + c), read(factor + c), result));
        });
    }
}

/// x, dy: `count` pixels of `channels`; d_gate as the gate above. d_gate += dy * x, summed over what the gate is the
/// same for: pixels in order, channels lane by lane.
template <bool OneChannel, class T>
CTNN_KERNEL void scale_gradient_pixels(pixels<const T> x, pixels<const T> dy, pixels<T> d_gate, extent count,
                                       extent channels) {
    if constexpr (OneChannel) {
        for (extent i = 0; i < count; ++i) {
            const T *from = x.data + i * x.step, *gradient = dy.data + i * dy.step;
            vec<T> sum(T(0));
            for_each_channel_vector<T>(
                channels, [&](extent c, auto read, auto) { sum = fma(read(from + c), read(gradient + c), sum); });
            d_gate.data[i * d_gate.step] += reduce_add(sum);
        }
    } else if (d_gate.step == 0) {
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            vec<T> sum = read(d_gate.data + c);
            for (extent i = 0; i < count; ++i)
                sum = fma(read(x.data + i * x.step + c), read(dy.data + i * dy.step + c), sum);
            write(d_gate.data + c, sum);
        });
    } else {
        scale_pixels<false>(x, dy, d_gate, count, channels, true);
    }
}

namespace detail {

/// The pixels of a row of a gate, which may have but one position.
template <class T>
pixels<T> gate_row(const batch_view<T>& gate, extent s, extent d, extent h) {
    if (gate.shape.positions() == 1) return {gate.data + s * gate.sample, 0};
    return {gate.at(s, d, h, 0), gate.step[2]};
}

/// Calls body(one channel?) with a constant.
template <class T, class Body>
void for_gate(const batch_view<T>& gate, extent channels, const Body& body) {
    if (gate.shape.channels() == channels)
        body(std::false_type{});
    else
        body(std::true_type{});
}

}  // namespace detail

/// y = x * gate, or y += x * gate, for a whole batch. The gate has the shape of x, or one position, or one channel, or
/// both. y may be x.
template <class T>
void scale_forward(const batch_view<const T>& x, const batch_view<const T>& gate, const batch_view<T>& y,
                   bool accumulate, extent threads) {
    const extent height = x.shape.height(), rows = x.shape.depth() * height, channels = x.shape.channels();
    detail::for_gate(gate, channels, [&](auto one_channel) {
        parallel_for(x.count * rows, threads_for(x.count * x.shape.size(), threads), [&](extent i) {
            const extent s = i / rows, d = i / height % x.shape.depth(), h = i % height;
            scale_pixels<one_channel, T>({x.at(s, d, h, 0), x.step[2]}, detail::gate_row(gate, s, d, h),
                                         {y.at(s, d, h, 0), y.step[2]}, x.shape.width(), channels, accumulate);
        });
    });
}

/// The gate's gradient, likewise: d_gate = dy * x, or d_gate += dy * x, summed over what the gate is the same for. A
/// sample is summed by one thread, row after row.
template <class T>
void scale_gate_gradient(const batch_view<const T>& x, const batch_view<const T>& dy, const batch_view<T>& d_gate,
                         bool accumulate, extent threads) {
    const extent channels = x.shape.channels(), own = d_gate.shape.channels();
    detail::for_gate(d_gate, channels, [&](auto one_channel) {
        parallel_for(x.count, threads_for(x.count * x.shape.size(), threads), [&](extent s) {
            for (extent d = 0; d < x.shape.depth(); ++d)
                for (extent h = 0; h < x.shape.height(); ++h) {
                    const pixels<T> row = detail::gate_row(d_gate, s, d, h);
                    const bool first = row.step != 0 || (d == 0 && h == 0);
                    if (first && !accumulate)
                        for (extent w = 0; w < (row.step == 0 ? 1 : x.shape.width()); ++w)
                            for (extent c = 0; c < own; ++c) row.data[w * row.step + c] = T(0);
                    scale_gradient_pixels<one_channel, T>(
                        {x.at(s, d, h, 0), x.step[2]}, {dy.at(s, d, h, 0), dy.step[2]}, row, x.shape.width(), channels);
                }
        });
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
