// SPDX-License-Identifier: MIT
/// \file
/// How networks for segmentation end.
#pragma once

#include <type_traits>

#include "ctnn/layers/layers.hpp"

namespace ctnn::models {

/// Scores of the classes at each position -> their probabilities: softmax, and for one class, beside its background,
/// sigmoid.
template <extent Classes>
using pixel_head = std::conditional_t<Classes == 1, sigmoid, softmax>;

}  // namespace ctnn::models
