// SPDX-License-Identifier: MIT
/// \file
/// Dropout of whole channels of a sample, and of whole samples: one factor each, by dropout's random numbers.
#pragma once

#include "ctnn/kernels/channel_vectors.hpp"
#include "ctnn/kernels/dropout.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// Calls body(sample, begin, count) for the samples that a run of pixels touches, `begin` counted from the run's first
/// pixel, which is number `first` of the batch.
template <class Body>
CTNN_INLINE void for_each_sample(extent first, extent count, extent positions, const Body& body) {
    for (extent done = 0; done < count;) {
        const extent sample = (first + done) / positions, rest = (sample + 1) * positions - (first + done);
        const extent here = rest < count - done ? rest : count - done;
        body(sample, done, here);
        done += here;
    }
}

/// x, y: `count` pixels of `channels`. y = x times the factor of the channel; y may be x.
template <class T>
CTNN_KERNEL void scale_channels(pixels<const T> x, pixels<T> y, extent count, extent channels, const T* factor) {
    for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
        const vec<T> f = read(factor + c);
        for (extent i = 0; i < count; ++i) write(y.data + i * y.step + c, read(x.data + i * x.step + c) * f);
    });
}

/// x, y: `count` pixels of `channels` of one sample. Their channels' elements of the mask begin at number `first`.
template <class T>
void drop_channels(pixels<const T> x, pixels<T> y, extent count, extent channels, extent first, const dropout_key& key,
                   const dropped<T>& drops) {
    T factor[dropout_chunk];
    for (extent done = 0; done < channels;) {
        const extent chunk = (first + done) / dropout_chunk, skip = (first + done) % dropout_chunk;
        const extent here = dropout_chunk - skip < channels - done ? dropout_chunk - skip : channels - done;
        dropout_factors(key, chunk, drops, factor);
        scale_channels<T>({x.data + done, x.step}, {y.data + done, y.step}, count, here, factor + skip);
        done += here;
    }
}

}  // namespace detail

/// Drops channels: element s * channels + c of the mask serves all positions of channel c of sample s. Forward and
/// backward alike, for a batch of any layout; y may be x.
template <class T>
void channel_dropout_apply(const batch_view<const T>& x, const batch_view<T>& y, double rate, const dropout_key& key,
                           extent threads) {
    const detail::dropped<T> drops(rate);
    const extent channels = x.shape.channels(), positions = x.shape.positions();
    for_each_pixels(
        threads,
        [&](extent first, extent count, pixels<const T> from, pixels<T> to) {
            detail::for_each_sample(first, count, positions, [&](extent sample, extent begin, extent here) {
                detail::drop_channels<T>({from.data + begin * from.step, from.step},
                                         {to.data + begin * to.step, to.step}, here, channels, sample * channels, key,
                                         drops);
            });
        },
        x, y);
}

/// Drops samples: element s of the mask serves all of sample s.
template <class T>
void sample_dropout_apply(const batch_view<const T>& x, const batch_view<T>& y, double rate, const dropout_key& key,
                          extent threads) {
    const detail::dropped<T> drops(rate);
    const extent channels = x.shape.channels(), positions = x.shape.positions();
    for_each_pixels(
        threads,
        [&](extent first, extent count, pixels<const T> from, pixels<T> to) {
            T factor[detail::dropout_chunk];
            extent chunk = -1;
            detail::for_each_sample(first, count, positions, [&](extent sample, extent begin, extent here) {
                if (sample / detail::dropout_chunk != chunk) {
                    chunk = sample / detail::dropout_chunk;
                    detail::dropout_factors(key, chunk, drops, factor);
                }
                const T f = factor[sample % detail::dropout_chunk];
                for (extent i = begin; i < begin + here; ++i) {
                    const T* pixel = from.data + i * from.step;
                    T* scaled = to.data + i * to.step;
                    CTNN_INDEPENDENT  // the two may be the same
                        for (extent c = 0; c < channels; ++c) scaled[c] = pixel[c] * f;
                }
            });
        },
        x, y);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
