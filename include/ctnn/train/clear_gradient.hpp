// SPDX-License-Identifier: MIT
/// \file
/// The zeros that a step begins with.
#pragma once

#include "ctnn/graph/model.hpp"
#include "ctnn/train/pieces.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Sets a gradient to zero, which training_pass::backward() adds into.
template <class Net, class T>
void clear_gradient(gradient<Net, T>& g, extent threads = 1) noexcept {
    execution::for_pieces(Net::parameter_count, threads, [&](extent, extent first, extent length) {
        for (extent i = first; i < first + length; ++i) g.data()[i] = T(0);
    });
}

}  // namespace CTNN_BACKEND
}  // namespace ctnn
