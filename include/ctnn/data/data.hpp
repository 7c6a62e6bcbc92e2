// SPDX-License-Identifier: MIT
/// \file
/// Data sets in memory, their splits and folds; data sets of image files come with CTNN_WITH_IMAGES, volumes and data
/// sets of volume files with CTNN_WITH_VOLUMES.
#pragma once

#include "ctnn/data/batch_order.hpp"
#include "ctnn/data/dataset.hpp"
#include "ctnn/data/folds.hpp"
#include "ctnn/data/join_inputs.hpp"
#include "ctnn/data/left_out.hpp"
#include "ctnn/data/split.hpp"
#if defined(CTNN_WITH_IMAGES)
#include "ctnn/data/file_index.hpp"
#include "ctnn/data/image_folder.hpp"
#include "ctnn/data/mask_folder.hpp"
#include "ctnn/data/medmnist.hpp"
#endif
#if defined(CTNN_WITH_VOLUMES)
#include "ctnn/data/decathlon.hpp"
#include "ctnn/data/file_index.hpp"
#include "ctnn/data/label_folder.hpp"
#include "ctnn/data/label_pairs.hpp"
#include "ctnn/data/medmnist_volumes.hpp"
#include "ctnn/data/volume.hpp"
#include "ctnn/data/volume_crop.hpp"
#include "ctnn/data/volume_deidentify.hpp"
#include "ctnn/data/volume_folder.hpp"
#include "ctnn/data/volume_input.hpp"
#include "ctnn/data/volume_orientation.hpp"
#include "ctnn/data/volume_resample.hpp"
#include "ctnn/data/volume_slice.hpp"
#endif
