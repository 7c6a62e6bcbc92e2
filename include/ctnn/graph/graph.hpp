// SPDX-License-Identifier: MIT
/// \file
/// Composition, networks, their plans, models.
#pragma once

#include "ctnn/graph/bidirectional.hpp"
#include "ctnn/graph/compose.hpp"
#include "ctnn/graph/model.hpp"
#include "ctnn/graph/names.hpp"
#include "ctnn/graph/network.hpp"
#include "ctnn/graph/summary.hpp"
#include "ctnn/graph/time_distributed.hpp"
