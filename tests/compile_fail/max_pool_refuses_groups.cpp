// expect: refused<ctnn::max_pool<2, .*.*, ctnn::shape<8, 8, 4>, ctnn::refusal::option_not_taken>
// expect: ctnn: this layer does not take one of its options, or got one twice; its documentation lists them
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8, 8, 4>,
#ifdef CTNN_CORRECT
    nn::max_pool<2, nn::stride<2>>>;
#else
    nn::max_pool<2, nn::groups<2>>>;
#endif
net instance;
