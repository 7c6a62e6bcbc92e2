// expect: ctnn: every extent of a shape is at least 1
// SPDX-License-Identifier: MIT
#include "ctnn/core/shape.hpp"
#ifdef CTNN_CORRECT
ctnn::shap<1> instance;
#else
ctnn::shape<0> instance;
#endif
