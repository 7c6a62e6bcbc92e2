// SPDX-License-Identifier: MIT
/// \file
/// Reports as text; as pictures with CTNN_WITH_IMAGES.
#pragma once

#include "ctnn/report/classification_report.hpp"
#include "ctnn/report/csv.hpp"
#include "ctnn/report/group_report.hpp"
#if defined(CTNN_WITH_IMAGES)
#include "ctnn/report/classification_page.hpp"
#include "ctnn/report/confusion.hpp"
#include "ctnn/report/curves.hpp"
#include "ctnn/report/grid.hpp"
#endif
