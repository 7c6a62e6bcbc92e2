// SPDX-License-Identifier: MIT
/// \file
/// How far each voxel is from the nearest one of a set: exact, in time that grows with the voxels alone.
#pragma once

#include <array>
#include <limits>
#include <vector>

#include "ctnn/core/config.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/core/threads.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace metrics {

/// The lower envelope of the parabolas value[i] + (spacing * (x - i))^2 at the places i of one line, in 2 * count
/// steps: `hull` holds the places whose parabolas are lowest somewhere, `from` where each begins to be.
struct parabola_envelope {
    std::vector<double> value, from;
    std::vector<extent> hull;

    explicit parabola_envelope(extent most)
        : value(static_cast<std::size_t>(most)),
          from(static_cast<std::size_t>(most)),
          hull(static_cast<std::size_t>(most)) {}

    /// Replaces `line` (each `step` apart) by the envelope. Infinite values have no parabola.
    void run(double* line, extent count, extent step, double spacing) {
        const auto at = [](extent i) { return static_cast<std::size_t>(i); };
        const double square = spacing * spacing;
        extent last = -1;
        for (extent i = 0; i < count; ++i) {
            const double own = value[at(i)] = line[i * step];
            if (own == std::numeric_limits<double>::infinity()) continue;
            double begin = -std::numeric_limits<double>::infinity();
            for (; last >= 0; --last) {
                const extent before = hull[at(last)];
                // Where the parabolas of `before` and i meet.
                begin = 0.5 * (static_cast<double>(i + before) +
                               (own - value[at(before)]) / (square * static_cast<double>(i - before)));
                if (begin > from[at(last)]) break;
            }
            if (last < 0) begin = -std::numeric_limits<double>::infinity();
            hull[at(++last)] = i;
            from[at(last)] = begin;
        }
        if (last < 0) return;
        for (extent i = 0, k = 0; i < count; ++i) {
            while (k < last && from[at(k + 1)] < static_cast<double>(i)) ++k;
            const double away = spacing * static_cast<double>(i - hull[at(k)]);
            line[i * step] = value[at(hull[at(k)])] + away * away;
        }
    }
};

}  // namespace metrics

/// The squared Euclidean distance of each voxel to the nearest voxel of a set, 0 in the set; infinity where the set is
/// empty.
///
///     takes      set [slice][row][column], not 0 where a voxel belongs to it; extents and spacings in that order; an
///                image is one slice
///     gives      one number a voxel, in the square of the spacing's unit, the same for any number of threads
///
/// One axis after the other by lower envelopes of parabolas: Felzenszwalb and Huttenlocher, "Distance transforms of
/// sampled functions", 2012. As the square of scipy's distance_transform_edt(set == 0, sampling=spacing):
/// https://docs.scipy.org/doc/scipy/reference/generated/scipy.ndimage.distance_transform_edt.html
/// \pre extents of at least 1, spacings above 0
[[nodiscard]] inline std::vector<double> squared_distances(const unsigned char* set,
                                                           const std::array<extent, 3>& extents,
                                                           const std::array<double, 3>& spacing, extent threads = 1) {
    const auto [depth, height, width] = extents;
    std::vector<double> to(static_cast<std::size_t>(depth * height * width));
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = set[i] != 0 ? 0 : std::numeric_limits<double>::infinity();
    // The lines along an axis that begin in one row or slice are a piece of work, and share what has to be remembered.
    const extent slice = height * width;
    struct lines_along {
        extent pieces, piece_step, lines, line_step, step;
    };
    const lines_along along[3] = {
        {height, width, width, 1, slice}, {depth, slice, width, 1, width}, {depth, slice, height, width, 1}};
    for (std::size_t axis = 3; axis-- > 0;) {
        const lines_along& a = along[axis];
        if (extents[axis] == 1) continue;
        parallel_for(a.pieces, threads_for(depth * slice, threads), [&](extent piece) {
            metrics::parabola_envelope envelope(extents[axis]);
            double* first = to.data() + piece * a.piece_step;
            for (extent line = 0; line < a.lines; ++line)
                envelope.run(first + line * a.line_step, extents[axis], a.step, spacing[axis]);
        });
    }
    return to;
}

}  // namespace CTNN_BACKEND
}  // namespace ctnn
