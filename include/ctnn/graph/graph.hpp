// SPDX-License-Identifier: MIT
/// \file
/// Composition, networks, their plans, models.
#pragma once

#include "ctnn/graph/additive_attention_pool.hpp"
#include "ctnn/graph/all_exact.hpp"
#include "ctnn/graph/attention_gate.hpp"
#include "ctnn/graph/auxiliary.hpp"
#include "ctnn/graph/bidirectional.hpp"
#include "ctnn/graph/cbam.hpp"
#include "ctnn/graph/compose.hpp"
#include "ctnn/graph/each_input.hpp"
#include "ctnn/graph/masking.hpp"
#include "ctnn/graph/model.hpp"
#include "ctnn/graph/multi_head_attention.hpp"
#include "ctnn/graph/names.hpp"
#include "ctnn/graph/network.hpp"
#include "ctnn/graph/repeat_vector.hpp"
#include "ctnn/graph/scale_by.hpp"
#include "ctnn/graph/separable_conv.hpp"
#include "ctnn/graph/squeeze_excite.hpp"
#include "ctnn/graph/summary.hpp"
#include "ctnn/graph/time_distributed.hpp"
#include "ctnn/graph/transformer_decoder.hpp"
#include "ctnn/graph/transformer_encoder.hpp"
#include "ctnn/graph/with_memory.hpp"
