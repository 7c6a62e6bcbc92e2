// expect: refused<ctnn::conv<8, 3, .*.*, ctnn::shape<8, 8, 1>, ctnn::refusal::option_not_taken>
// expect: ctnn: this layer does not take one of its options, or got one twice
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8, 8, 1>,
#ifdef CTNN_CORRECT
    nn::conv<8, nn::kernel<1, 3>>>;
#else
    nn::conv<8, 3, nn::kernel<1, 3>>>;
#endif
net instance;
