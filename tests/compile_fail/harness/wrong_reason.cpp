// expect: ctnn: every extent of a shape is at least 1
// SPDX-License-Identifier: MIT
#include "ctnn/no_such_header.hpp"
