// SPDX-License-Identifier: MIT
/// \file
/// Model files, arrays and tables; images and pictures with CTNN_WITH_IMAGES, NIfTI with CTNN_WITH_VOLUMES, compressed
/// files with CTNN_WITH_ZLIB.
#pragma once

#include "ctnn/io/csv.hpp"
#include "ctnn/io/event_file.hpp"
#include "ctnn/io/foreign_weights.hpp"
#include "ctnn/io/model_file.hpp"
#include "ctnn/io/npy.hpp"
#include "ctnn/io/npz.hpp"
#include "ctnn/io/partial_load.hpp"
#if defined(CTNN_WITH_IMAGES)
#include "ctnn/io/image.hpp"
#include "ctnn/io/picture.hpp"
#include "ctnn/io/resize.hpp"
#endif
#if defined(CTNN_WITH_VOLUMES)
#include "ctnn/io/nifti.hpp"
#include "ctnn/io/nifti_labels.hpp"
#include "ctnn/io/nifti_write.hpp"
#endif
