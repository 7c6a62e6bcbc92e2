// SPDX-License-Identifier: MIT
/// \file
/// Compile-time neural networks: the table of contents. What links a library or costs compile time is switched on:
/// CTNN_WITH_IMAGES, CTNN_WITH_VOLUMES, CTNN_WITH_STUDIES, CTNN_WITH_ZLIB, CTNN_WITH_XSIMD, CTNN_WITH_XTENSOR.
#pragma once

#include "ctnn/core/core.hpp"
#include "ctnn/data/data.hpp"
#include "ctnn/engine/attention_weights.hpp"
#include "ctnn/engine/freeze.hpp"
#include "ctnn/engine/stream.hpp"
#include "ctnn/graph/graph.hpp"
#include "ctnn/io/io.hpp"
#include "ctnn/layers/layers.hpp"
#include "ctnn/models/models.hpp"
#include "ctnn/report/report.hpp"
#include "ctnn/train/train.hpp"

#if defined(CTNN_WITH_IMAGES) || defined(CTNN_WITH_VOLUMES)
#include "ctnn/engine/sliding_window.hpp"
#endif
#if defined(CTNN_WITH_XTENSOR)
#include "ctnn/xtensor.hpp"
#endif
