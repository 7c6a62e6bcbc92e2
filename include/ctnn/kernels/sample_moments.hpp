// SPDX-License-Identifier: MIT
/// \file
/// Walks a batch a few samples at a time, each in pieces, and sums what normalizations over a sample's positions need.
#pragma once

#include "ctnn/kernels/batch_norm_gradient.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// A wave of samples that are summed side by side: large samples in up to 16 pieces, up to 16 small ones at once. How
/// many is a matter of the shape alone, so neither sums nor the order of their addition depend on the threads.
struct sample_wave {
    extent positions, channels;
    extent size, pieces;  ///< positions of a piece, pieces of a sample
    extent samples;

    constexpr explicit sample_wave(const dims& shape)
        : positions(shape.positions()),
          channels(shape.channels()),
          size(detail::piece_size(positions)),
          pieces(detail::piece_count(positions)),
          samples(detail::sum_pieces / pieces) {}

    /// Numbers of temporary memory: the shift of each sample and channel, four sums for each piece, and up to four
    /// factors for each sample and channel.
    [[nodiscard]] constexpr extent scratch() const { return samples * (1 + 4 * pieces + 4) * channels; }
    /// Where these begin, for sample s of the wave: `shift` (channels), `sums` (4, channels), `factors` (4, channels).
    [[nodiscard]] constexpr extent shift(extent s) const { return s * channels; }
    [[nodiscard]] constexpr extent sums(extent s, extent piece) const {
        return (samples + (s * pieces + piece) * 4) * channels;
    }
    [[nodiscard]] constexpr extent factors(extent s) const {
        return (samples + samples * pieces * 4 + s * 4) * channels;
    }

    /// Calls body(s, piece, first pixel of the batch, last) for the pieces of `count` samples from `begin` on.
    template <class Body>
    void for_each_piece(extent begin, extent count, extent threads, const Body& body) const {
        parallel_for(count * pieces, threads, [&](extent i) {
            const extent s = i / pieces, piece = i % pieces, first = (begin + s) * positions + piece * size;
            body(s, piece, first, first + detail::piece_pixels(positions, piece));
        });
    }
    /// Calls body(first sample, samples) for the waves of a batch.
    template <class Body>
    void for_each_wave(extent batch, const Body& body) const {
        for (extent begin = 0; begin < batch; begin += samples)
            body(begin, batch - begin < samples ? batch - begin : samples);
    }
};

namespace detail {

/// shift = the average over up to 16 pixels, spread over the first run of a sample: what its values are measured from,
/// so that no cancellation is left in sum d^2 - (sum d)^2 / n even where the mean is a million times the deviation.
template <class T>
void shift_of_sample(const batch_view<const T>& x, extent sample, T* shift) {
    bool begun = false;
    const extent first = sample * x.shape.positions();
    const auto body = [&](extent, extent count, pixels<const T> p) {
        if (begun) return;
        begun = true;
        const extent sampled = count < batch_norm_sampled ? count : batch_norm_sampled;
        average_of_pixels<T>({p.data, p.step * (count / sampled)}, sampled, x.shape.channels(), shift);
    };
    walk_pixels(first, first + x.shape.width(), body, x);
}

}  // namespace detail

/// The moments of one sample's channel, from the sums of its pieces: sum (x - shift) and sum (x - shift)^2.
struct channel_moments {
    double shift = 0, sum = 0, squares = 0;
};
template <class T>
channel_moments moments_of_channel(const sample_wave& wave, const T* scratch, extent s, extent c) {
    channel_moments m{static_cast<double>(scratch[wave.shift(s) + c])};
    for (extent piece = 0; piece < wave.pieces; ++piece) {
        const T* sums = scratch + wave.sums(s, piece) + c;
        m.sum += static_cast<double>(sums[0]);
        m.squares += static_cast<double>(sums[wave.channels]);
    }
    return m;
}

/// The same of a gradient g: sum g, and as `squares` sum g (x - mean), of which the pieces have sum g (x - shift).
template <class T>
channel_moments gradient_moments_of_channel(const sample_wave& wave, const T* scratch, extent s, extent c,
                                            double mean) {
    channel_moments m{static_cast<double>(scratch[wave.shift(s) + c])};
    for (extent piece = 0; piece < wave.pieces; ++piece) {
        const T* sums = scratch + wave.sums(s, piece) + c;
        m.sum += static_cast<double>(sums[2 * wave.channels]);
        m.squares += static_cast<double>(sums[3 * wave.channels]);
    }
    m.squares += m.sum * (m.shift - mean);
    return m;
}

/// Mean and 1 / sqrt(variance + epsilon) of the channels [first, last) of a sample together.
struct group_moments {
    double mean, inverse;
};
template <class T>
group_moments moments_of_group(const sample_wave& wave, const T* scratch, extent s, extent first, extent last,
                               double epsilon) {
    const double positions = static_cast<double>(wave.positions), n = positions * static_cast<double>(last - first);
    double mean = 0, squares = 0;
    for (extent c = first; c < last; ++c) {
        const channel_moments m = moments_of_channel(wave, scratch, s, c);
        mean += m.shift * positions + m.sum;
    }
    mean /= n;
    for (extent c = first; c < last; ++c) {
        const channel_moments m = moments_of_channel(wave, scratch, s, c);
        const double away = m.shift + m.sum / positions - mean;
        squares += m.squares - m.sum * m.sum / positions + positions * away * away;
    }
    const double variance = squares < 0 ? 0 : squares / n;  // NaN stays NaN
    return {mean, 1 / std::sqrt(variance + epsilon)};
}

/// The sums of d = x - shift and of d^2 of `count` samples from `begin` on, a channel and piece each, into `scratch`.
template <class T>
void sum_samples(const sample_wave& wave, const batch_view<const T>& x, extent begin, extent count, T* scratch,
                 extent threads) {
    for (extent s = 0; s < count; ++s) detail::shift_of_sample(x, begin + s, scratch + wave.shift(s));
    wave.for_each_piece(begin, count, threads, [&](extent s, extent piece, extent first, extent last) {
        T* sums = scratch + wave.sums(s, piece);
        for (extent c = 0; c < 2 * wave.channels; ++c) sums[c] = 0;
        walk_pixels(
            first, last,
            [&](extent, extent pixels_here, pixels<const T> p) {
                detail::add_moments<T>(p, pixels_here, wave.channels, scratch + wave.shift(s), sums,
                                       sums + wave.channels);
            },
            x);
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
