// SPDX-License-Identifier: MIT
/// \file
/// Every layer.
#pragma once

#include "ctnn/layers/activation.hpp"
#include "ctnn/layers/avg_pool.hpp"
#include "ctnn/layers/batch_norm.hpp"
#include "ctnn/layers/conv.hpp"
#include "ctnn/layers/dense.hpp"
#include "ctnn/layers/dropout.hpp"
#include "ctnn/layers/elementwise.hpp"
#include "ctnn/layers/flatten.hpp"
#include "ctnn/layers/gaussian_noise.hpp"
#include "ctnn/layers/global_pool.hpp"
#include "ctnn/layers/group_norm.hpp"
#include "ctnn/layers/instance_norm.hpp"
#include "ctnn/layers/layer_norm.hpp"
#include "ctnn/layers/local_response_norm.hpp"
#include "ctnn/layers/max_pool.hpp"
#include "ctnn/layers/reshape.hpp"
#include "ctnn/layers/rms_norm.hpp"
#include "ctnn/layers/softmax.hpp"
#include "ctnn/layers/spatial_dropout.hpp"
#include "ctnn/layers/stochastic_depth.hpp"
#include "ctnn/layers/upsample.hpp"
