// SPDX-License-Identifier: MIT
/// \file
/// Data sets in memory, their splits, folds and samplers; data sets of image files come with CTNN_WITH_IMAGES, volumes
/// and data sets of volume files with CTNN_WITH_VOLUMES, preprocessing and augmentation with either.
#pragma once

#include "ctnn/data/batch_loader.hpp"
#include "ctnn/data/batch_order.hpp"
#include "ctnn/data/dataset.hpp"
#include "ctnn/data/folds.hpp"
#include "ctnn/data/join_inputs.hpp"
#include "ctnn/data/left_out.hpp"
#include "ctnn/data/resample.hpp"
#include "ctnn/data/sampler.hpp"
#include "ctnn/data/smote.hpp"
#include "ctnn/data/split.hpp"
#if defined(CTNN_WITH_IMAGES) || defined(CTNN_WITH_VOLUMES)
#include "ctnn/data/augment/augmented.hpp"
#include "ctnn/data/preprocess/apply.hpp"
#include "ctnn/data/preprocess/components.hpp"
#include "ctnn/data/preprocess/filter.hpp"
#include "ctnn/data/preprocess/histogram.hpp"
#include "ctnn/data/preprocess/resize.hpp"
#endif
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
