// SPDX-License-Identifier: MIT
/// \file
/// The file for the oldest processor of the architecture.
#include "unit.hpp"

const unit baseline{instructions, train, predict};
