// expect: refused<ctnn::conv<4, 9>.*, ctnn::shape<8, 8, 4>, ctnn::refusal::window_exceeds_input>
// expect: ctnn: the window is larger than its padded input
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8, 8, 4>, nn::sum<nn::identity, nn::chain<nn::relu,
#ifdef CTNN_CORRECT
    nn::conv<4, 9, nn::same>>>>;
#else
    nn::conv<4, 9>>>>;
#endif
net instance;
