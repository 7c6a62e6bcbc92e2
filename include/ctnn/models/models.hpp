// SPDX-License-Identifier: MIT
/// \file
/// Networks that are known by name.
#pragma once

#include "ctnn/models/resnet18.hpp"
