// expect: refused<ctnn::conv_transpose<8, 3, .*.*, ctnn::shape<2, 2, 6>, ctnn::refusal::padding_exceeds_output>
// expect: ctnn: the padding of this transposed convolution cuts off its whole output; pad less
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<2, 2, 6>,
#ifdef CTNN_CORRECT
    nn::conv_transpose<8, 3, nn::padding<1>>>;
#else
    nn::conv_transpose<8, 3, nn::padding<2>>>;
#endif
net instance;
