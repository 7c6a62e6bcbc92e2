// SPDX-License-Identifier: MIT
/// \file
/// Networks that are known by name, and their blocks.
#pragma once

#include "ctnn/models/aspp.hpp"
#include "ctnn/models/bottleneck.hpp"
#include "ctnn/models/dense_block.hpp"
#include "ctnn/models/resnet18.hpp"
#include "ctnn/models/transformer_classifier.hpp"
#include "ctnn/models/vision_transformer.hpp"
