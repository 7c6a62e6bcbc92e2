// SPDX-License-Identifier: MIT
/// \file
/// LeNet-5: LeCun et al., "Gradient-based learning applied to document recognition", 1998.
#pragma once

#include "ctnn/graph/graph.hpp"
#include "ctnn/layers/layers.hpp"

namespace ctnn::models {

// clang-format off
/// Input -> shape<Classes>, softmax. lenet5<> has 61,706 parameters: the second convolution reads all six maps, and the
/// averages are not scaled, as the network is built today; the paper's table of connections leaves 60,000.
///
///     using digits = ctnn::models::lenet5<>;
template <extent Classes = 10, class Input = shape<32, 32, 1>>
using lenet5 = network<Input,
    conv<6, 5>, tanh, avg_pool<>, conv<16, 5>, tanh, avg_pool<>,
    flatten, dense<120>, tanh, dense<84>, tanh, dense<Classes>, softmax>;
// clang-format on

}  // namespace ctnn::models
