// expect: refused<ctnn::conv_transpose<8, 3, .*.*, ctnn::shape<8, 8, 6>, ctnn::refusal::output_padding_too_large>
// expect: ctnn: output_padding must be smaller than the stride or the dilation of its axis; make it smaller, or put an upsample behind the layer
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8, 8, 6>,
#ifdef CTNN_CORRECT
    nn::conv_transpose<8, 3, nn::stride<2>, nn::output_padding<1>>>;
#else
    nn::conv_transpose<8, 3, nn::stride<2>, nn::output_padding<2>>>;
#endif
net instance;
