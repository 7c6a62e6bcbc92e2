// SPDX-License-Identifier: MIT
/// \file
/// Model files, arrays, tables, NIfTI; images and pictures with CTNN_WITH_IMAGES, compressed files with CTNN_WITH_ZLIB.
#pragma once

#include "ctnn/io/csv.hpp"
#include "ctnn/io/model_file.hpp"
#include "ctnn/io/nifti.hpp"
#include "ctnn/io/nifti_labels.hpp"
#include "ctnn/io/nifti_write.hpp"
#include "ctnn/io/npy.hpp"
#include "ctnn/io/npz.hpp"
#if defined(CTNN_WITH_IMAGES)
#include "ctnn/io/image.hpp"
#include "ctnn/io/picture.hpp"
#include "ctnn/io/resize.hpp"
#endif
