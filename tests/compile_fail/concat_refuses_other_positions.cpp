// expect: refused<ctnn::concat<.*.*, ctnn::shape<9, 9, 4>, ctnn::refusal::channels_differ>
// expect: ctnn: the branches of concat and each_input must end in shapes that differ in channels alone; match their strides and padding
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<9, 9, 4>,
#ifdef CTNN_CORRECT
    nn::concat<nn::identity, nn::conv<8, 3, nn::same>>>;
#else
    nn::concat<nn::identity, nn::conv<8>>>;
#endif
net instance;
