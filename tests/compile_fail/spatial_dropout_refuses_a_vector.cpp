// expect: refused<ctnn::spatial_dropout<.*.*, ctnn::shape<6>, ctnn::refusal::needs_positions>
// expect: ctnn: this layer needs positions
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<6>,
#ifdef CTNN_CORRECT
    nn::dropout<0.5>>;
#else
    nn::spatial_dropout<0.5>>;
#endif
net instance;
