// SPDX-License-Identifier: MIT
/// \file
/// The loop over the rows of a batch for kernels whose input and output have other positions.
#pragma once

#include "ctnn/core/threads.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Calls body(s, d, h) for all rows of a batch, in parallel over pieces of some 16,384 of `row_elements`.
template <class Body>
void for_each_position_row(const dims& shape, extent samples, extent row_elements, extent threads, const Body& body) {
    const extent depth = shape.depth(), height = shape.height(), rows = samples * depth * height;
    const extent piece = row_elements < 16384 ? 16384 / row_elements : 1;
    parallel_for((rows + piece - 1) / piece, threads, [&](extent i) {
        for (extent r = i * piece; r < rows && r < (i + 1) * piece; ++r)
            body(r / (depth * height), r / height % depth, r % height);
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
