// SPDX-License-Identifier: MIT
/// \file
/// The plan of a training step of 485 rows: its shape alone, no kernels. Compiled by clang with a third of the steps
/// that it allows a constant by itself.
#include "networks.hpp"

using namespace networks;
using plan = nn::detail::training_plan<densenet121, true, false>;
static_assert(plan::rows == 485);
static_assert(plan::elements > 0);
