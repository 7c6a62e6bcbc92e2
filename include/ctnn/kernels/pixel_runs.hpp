// SPDX-License-Identifier: MIT
/// \file
/// Walks the pixels of several views of one shape together, in the longest runs in which all of them are evenly spaced.
#pragma once

#include "ctnn/core/call.hpp"
#include "ctnn/core/threads.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Pixels at equal distance: pixel i begins at data + i * step, its channels are contiguous.
template <class T>
struct pixels {
    T* data;
    extent step;
};

namespace detail {

/// How far a view stays evenly spaced.
enum class spaced : int { row, sample, batch };

/// The distance of neighboring pixels in memory order: the step of the innermost axis that has more than one position.
template <class T>
extent pixel_step(const batch_view<T>& v, spaced level) {
    if (level != spaced::row)
        for (int a = 2; a >= 0; --a)
            if (v.shape.axis[a] > 1) return v.step[a];
    return level == spaced::batch ? v.sample : v.step[2];
}

template <class T>
spaced spacing(const batch_view<T>& v) {
    const extent step = pixel_step(v, spaced::sample);
    extent distance = step;
    for (int a = 2; a >= 0; --a) {
        if (v.shape.axis[a] > 1 && v.step[a] != distance) return spaced::row;
        distance *= v.shape.axis[a];
    }
    return v.count == 1 || v.shape.positions() == 1 || v.sample == distance ? spaced::batch : spaced::sample;
}

/// Pixels [first, ...) of a run of a view.
template <class T>
pixels<T> run_of(const batch_view<T>& v, spaced level, extent run, extent first) {
    const extent step = pixel_step(v, level);
    const extent d = v.shape.depth(), h = v.shape.height();
    T* begin = level == spaced::batch    ? v.data
               : level == spaced::sample ? v.data + run * v.sample
                                         : v.at(run / (d * h), run / h % d, run % h, 0);
    return {begin + first * step, step};
}

}  // namespace detail

/// Calls body(first, count, pixels...) for runs that cover the pixels [first, last) of the batch, counted in memory
/// order (sample, depth, row, column), with one `pixels` for each view. All views have the same shape and count.
template <class Body, class Lead, class... Views>
void walk_pixels(extent first, extent last, const Body& body, const Lead& lead, const Views&... views) {
    detail::spaced level = detail::spacing(lead);
    ((level = detail::spacing(views) < level ? detail::spacing(views) : level), ...);
    const extent length = level == detail::spaced::batch    ? lead.count * lead.shape.positions()
                          : level == detail::spaced::sample ? lead.shape.positions()
                                                            : lead.shape.width();
    while (first < last) {
        const extent run = first / length, begin = first % length;
        const extent count = length - begin < last - first ? length - begin : last - first;
        body(first, count, detail::run_of(lead, level, run, begin), detail::run_of(views, level, run, begin)...);
        first += count;
    }
}

/// The same for all pixels, in parallel over pieces of about 16,384 elements (64 KB of float).
template <class Body, class Lead, class... Views>
void for_each_pixels(extent threads, const Body& body, const Lead& lead, const Views&... views) {
    constexpr extent piece_elements = 16384;
    const extent channels = lead.shape.channels(), total = lead.count * lead.shape.positions();
    const extent piece = channels < piece_elements ? piece_elements / channels : 1;
    const extent count = (total + piece - 1) / piece;
    parallel_for(count, threads, [&](extent i) {
        walk_pixels(i * piece, (i + 1) * piece < total ? (i + 1) * piece : total, body, lead, views...);
    });
}

namespace detail {
/// The first half of the channels: as many as the output has, so that both are walked together.
template <class T>
batch_view<T> first_half(batch_view<T> whole) {
    whole.shape = whole.shape.with_channels(whole.shape.channels() / 2);
    return whole;
}
}  // namespace detail

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
