// expect: refused<ctnn::avg_pool<5>.*, ctnn::shape<4, 4, 2>, ctnn::refusal::window_exceeds_input>
// expect: ctnn: the window is larger than its padded input
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<4, 4, 2>,
#ifdef CTNN_CORRECT
    nn::avg_pool<4>>;
#else
    nn::avg_pool<5>>;
#endif
net instance;
