// SPDX-License-Identifier: MIT
/// \file
/// Limits on a gradient before a step.
#pragma once

#include <cmath>

#include "ctnn/core/config.hpp"
#include "ctnn/graph/model.hpp"
#include "ctnn/kernels/clip.hpp"
#include "ctnn/train/pieces.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// The Euclidean norm of a gradient over all parameters; the same bits for any number of threads.
template <class Net, class T>
[[nodiscard]] double gradient_norm(const gradient<Net, T>& g, extent threads = 1) noexcept {
    constexpr extent count = Net::parameter_count;
    double sums[static_cast<std::size_t>(execution::pieces_of(count)) + 1]{};
    execution::for_pieces(count, threads, [&](extent piece, extent first, extent length) {
        sums[piece] = kernels::sum_of_squares(g.data() + first, length);
    });
    double sum = 0;
    for (const double s : sums) sum += s;
    return std::sqrt(sum);
}

/// Multiplies a gradient by a number.
template <class Net, class T>
void scale_gradient(gradient<Net, T>& g, double factor, extent threads = 1) noexcept {
    execution::for_pieces(Net::parameter_count, threads, [&](extent, extent first, extent length) {
        kernels::scale(g.data() + first, length, static_cast<T>(factor));
    });
}

/// Shortens a gradient whose norm over all parameters exceeds `largest` to that norm. One that is not finite ends
/// with NaN where it was infinite, so that it is seen.
/// \returns the norm before
///
/// Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", ICML 2013, as PyTorch's
/// clip_grad_norm_: https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
template <class Net, class T>
double clip_norm(gradient<Net, T>& g, double largest, extent threads = 1) noexcept {
    const double found = gradient_norm(g, threads);
    const double factor = largest / (found + 1e-6);
    if (!(factor >= 1)) scale_gradient(g, factor, threads);
    return found;
}

/// Moves every element of a gradient into [-largest, largest]; NaN stays NaN. As PyTorch's clip_grad_value_:
/// https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html
template <class Net, class T>
void clip_value(gradient<Net, T>& g, double largest, extent threads = 1) noexcept {
    execution::for_pieces(Net::parameter_count, threads, [&](extent, extent first, extent length) {
        kernels::clamp(g.data() + first, length, static_cast<T>(largest));
    });
}

}  // namespace CTNN_BACKEND
}  // namespace ctnn
