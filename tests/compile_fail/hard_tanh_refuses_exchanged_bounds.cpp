// expect: refused<ctnn::hard_tanh<.*, ctnn::shape<8>, ctnn::refusal::number_out_of_range>
// expect: ctnn: .*an activation.s numbers lie in the range that it documents
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8>,
#ifdef CTNN_CORRECT
    nn::hard_tanh<-1.0, 1.0>, nn::dense<2>>;
#else
    nn::hard_tanh<1.0, -1.0>, nn::dense<2>>;
#endif
net instance;
