// SPDX-License-Identifier: MIT
/// \file
/// What the outputs of a batch are compared with.
#pragma once

#include <cstdint>

#include "ctnn/core/shape.hpp"

namespace ctnn {

/// The truth for a batch, contiguous and in the order of the samples; the loss says which of the two it reads.
///
///     labels   class indices: one a position for cross entropy, one an output (0 or 1) for binary cross entropy.
///              A negative label takes its position out of the loss, as PyTorch's ignore_index does
///     values   numbers in the shape of the output [sample][position][channel]: what to regress to, or probabilities
///
/// The pointers are borrowed.
template <class T>
struct target {
    const std::int32_t* labels = nullptr;
    const T* values = nullptr;
};

/// The target without its first `samples` samples, for a batch that is worked on in slices.
template <class Loss, class T>
[[nodiscard]] constexpr target<T> from_sample(target<T> whole, extent samples, dims out) {
    if (whole.labels != nullptr) whole.labels += samples * Loss::labels_per_sample(out);
    if (whole.values != nullptr) whole.values += samples * out.size();
    return whole;
}

}  // namespace ctnn
