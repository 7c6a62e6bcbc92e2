// expect: refused<ctnn::max_pool<.*.*, ctnn::shape<9, 6>, ctnn::refusal::option_not_taken>
// expect: ctnn: this layer does not take one of its options, or got one twice; its documentation lists them
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<9, 6>,
#ifdef CTNN_CORRECT
    nn::max_pool<3, nn::same>>;
#else
    nn::max_pool<3, nn::causal>>;
#endif
net instance;
