// expect: refused<ctnn::elu<.*, ctnn::shape<8>, ctnn::refusal::number_out_of_range>
// expect: ctnn: .*an activation.s numbers lie in the range that it documents
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8>,
#ifdef CTNN_CORRECT
    nn::elu<0.5>, nn::dense<2>>;
#else
    nn::elu<-0.5>, nn::dense<2>>;
#endif
net instance;
