// SPDX-License-Identifier: MIT
/// \file
/// Data sets in memory, and volumes; data sets that are read from image files come with CTNN_WITH_IMAGES.
#pragma once

#include "ctnn/data/batch_order.hpp"
#include "ctnn/data/class_listing.hpp"
#include "ctnn/data/dataset.hpp"
#include "ctnn/data/decathlon.hpp"
#include "ctnn/data/file_index.hpp"
#include "ctnn/data/folds.hpp"
#include "ctnn/data/label_folder.hpp"
#include "ctnn/data/label_pairs.hpp"
#include "ctnn/data/left_out.hpp"
#include "ctnn/data/split.hpp"
#include "ctnn/data/volume.hpp"
#include "ctnn/data/volume_crop.hpp"
#include "ctnn/data/volume_deidentify.hpp"
#include "ctnn/data/volume_folder.hpp"
#include "ctnn/data/volume_input.hpp"
#include "ctnn/data/volume_orientation.hpp"
#include "ctnn/data/volume_resample.hpp"
#include "ctnn/data/volume_slice.hpp"
#if defined(CTNN_WITH_IMAGES)
#include "ctnn/data/image_folder.hpp"
#include "ctnn/data/mask_folder.hpp"
#include "ctnn/data/medmnist.hpp"
#include "ctnn/data/medmnist_volumes.hpp"
#endif
