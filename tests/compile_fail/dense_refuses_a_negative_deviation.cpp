// expect: refused<ctnn::dense<8, .*.*, ctnn::shape<8>, ctnn::refusal::number_out_of_range>
// expect: ctnn: .*a deviation is not negative.*; correct the number
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8>,
#ifdef CTNN_CORRECT
    nn::dense<8, nn::random_normal<0.1>>, nn::dense<2>>;
#else
    nn::dense<8, nn::random_normal<-0.1>>, nn::dense<2>>;
#endif
net instance;
