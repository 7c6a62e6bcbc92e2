// expect: ctnn: a shape has 1 to 4 extents: shape<N>, shape<T, C>, shape<H, W, C> or shape<D, H, W, C>
// SPDX-License-Identifier: MIT
#include "ctnn/core/shape.hpp"
#ifdef CTNN_CORRECT
ctnn::shape<2, 3, 4, 5> instance;
#else
ctnn::shape<1, 2, 3, 4, 5> instance;
#endif
