// expect: refused<ctnn::adaptive_avg_pool<2, 2, 2>, ctnn::shape<9, 9, 4>, ctnn::refusal::axes_differ>
// expect: ctnn: an option of this layer has another number of axes
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<9, 9, 4>,
#ifdef CTNN_CORRECT
    nn::adaptive_avg_pool<2, 2>>;
#else
    nn::adaptive_avg_pool<2, 2, 2>>;
#endif
net instance;
