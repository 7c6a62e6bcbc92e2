// SPDX-License-Identifier: MIT
/// \file
/// Shapes, options, refusals, storage, errors, random numbers, threads.
#pragma once

#include "ctnn/core/refusal.hpp"
// The order is that of a reader; refusal.hpp comes first so that a compile error names few files.
#include "ctnn/core/call.hpp"
#include "ctnn/core/error.hpp"
#include "ctnn/core/inputs.hpp"
#include "ctnn/core/number.hpp"
#include "ctnn/core/operation.hpp"
#include "ctnn/core/options.hpp"
#include "ctnn/core/pipeline.hpp"
#include "ctnn/core/random.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/core/storage.hpp"
#include "ctnn/core/tensor.hpp"
#include "ctnn/core/text.hpp"
#include "ctnn/core/threads.hpp"
#include "ctnn/core/window.hpp"
