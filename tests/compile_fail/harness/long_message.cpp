// expect: ctnn: every extent of a shape is at least 1
// SPDX-License-Identifier: MIT
#include "ctnn/core/shape.hpp"
ctnn::shape<0> a;
ctnn::shape<1, 0> b;
ctnn::shape<2, 0> c;
ctnn::shape<3, 0> d;
ctnn::shape<4, 0> e;
ctnn::shape<5, 0> f;
ctnn::shape<6, 0> g;
ctnn::shape<7, 0> h;
