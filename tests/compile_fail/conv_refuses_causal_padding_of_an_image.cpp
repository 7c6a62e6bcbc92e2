// expect: refused<ctnn::conv<8, .*.*, ctnn::shape<8, 8, 6>, ctnn::refusal::causal_needs_sequence>
// expect: ctnn: causal padding needs a sequence shape<T, C>, whose first axis is time; pad images and volumes with same
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8, 8, 6>,
#ifdef CTNN_CORRECT
    nn::conv<8, 3, nn::same>>;
#else
    nn::conv<8, 3, nn::causal>>;
#endif
net instance;
