// SPDX-License-Identifier: MIT
/// \file
/// Calls a vectorized body for contiguous stretches of views that may be slices or carry a border.
#pragma once

#include "ctnn/kernels/pixel_runs.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Calls body(first, count, data...) for contiguous stretches that cover all elements: whole runs of pixels where no
/// view has a gap, single pixels elsewhere. `first` is the number of the first element in the batch, in memory order of
/// the shape without gaps, so it does not depend on layouts or threads.
template <class Body, class Lead, class... Views>
void for_each_stretch(extent threads, const Body& body, const Lead& lead, const Views&... views) {
    const extent channels = lead.shape.channels();
    for_each_pixels(
        threads,
        [&](extent first, extent count, auto... p) {
            if (((p.step == channels) && ...)) {
                body(first * channels, count * channels, p.data...);
            } else {
                for (extent i = 0; i < count; ++i) body((first + i) * channels, channels, (p.data + i * p.step)...);
            }
        },
        lead, views...);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
