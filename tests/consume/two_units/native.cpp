// SPDX-License-Identifier: MIT
/// \file
/// The file for this processor.
#include "unit.hpp"

const unit native{instructions, train, predict};
