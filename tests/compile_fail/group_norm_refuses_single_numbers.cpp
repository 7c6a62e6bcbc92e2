// expect: refused<ctnn::group_norm<.*.*, ctnn::shape<6>, ctnn::refusal::needs_positions>
// expect: ctnn: this layer needs positions
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<6>,
#ifdef CTNN_CORRECT
    nn::group_norm<3>>;
#else
    nn::group_norm<6>>;
#endif
net instance;
