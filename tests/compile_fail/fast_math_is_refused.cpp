// expect: ctnn: -ffast-math lets the compiler assume that no NaN exists
// SPDX-License-Identifier: MIT
#ifdef CTNN_CORRECT
#undef __FAST_MATH__
#else
#define __FAST_MATH__ 1
#endif
#include <ctnn/core/config.hpp>
