// expect: refused<ctnn::depthwise_conv<3, .*.*, ctnn::shape<8, 8, 6>, ctnn::refusal::option_not_taken>
// expect: ctnn: this layer does not take one of its options, or got one twice; its documentation lists them
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8, 8, 6>,
#ifdef CTNN_CORRECT
    nn::depthwise_conv<3, nn::depth_multiplier<2>>>;
#else
    nn::depthwise_conv<3, nn::groups<2>>>;
#endif
net instance;
