// expect: ctnn: every extent of a shape is at least 1
// SPDX-License-Identifier: MIT
#include "ctnn/core/shape.hpp"
ctnn::shape<1> instance;
