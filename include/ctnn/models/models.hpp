// SPDX-License-Identifier: MIT
/// \file
/// Networks that are known by name, and their blocks.
#pragma once

#include "ctnn/models/alexnet.hpp"
#include "ctnn/models/aspp.hpp"
#include "ctnn/models/autoencoder.hpp"
#include "ctnn/models/bottleneck.hpp"
#include "ctnn/models/dcgan.hpp"
#include "ctnn/models/deeplab_v3_plus.hpp"
#include "ctnn/models/dense_block.hpp"
#include "ctnn/models/densenet.hpp"
#include "ctnn/models/encoder_decoder.hpp"
#include "ctnn/models/fcn.hpp"
#include "ctnn/models/hierarchical_attention.hpp"
#include "ctnn/models/lenet5.hpp"
#include "ctnn/models/mobilenet_v2.hpp"
#include "ctnn/models/pixel_head.hpp"
#include "ctnn/models/recurrent_classifier.hpp"
#include "ctnn/models/resnet.hpp"
#include "ctnn/models/resnet18.hpp"
#include "ctnn/models/signal_cnn.hpp"
#include "ctnn/models/slice_classifier.hpp"
#include "ctnn/models/transformer_classifier.hpp"
#include "ctnn/models/unet.hpp"
#include "ctnn/models/vgg.hpp"
#include "ctnn/models/vision_transformer.hpp"
