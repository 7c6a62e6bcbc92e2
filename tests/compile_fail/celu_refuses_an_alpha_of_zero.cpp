// expect: refused<ctnn::celu<.*, ctnn::shape<8>, ctnn::refusal::number_out_of_range>
// expect: ctnn: .*an activation.s numbers lie in the range that it documents
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8>,
#ifdef CTNN_CORRECT
    nn::celu<0.5>, nn::dense<2>>;
#else
    nn::celu<0.0>, nn::dense<2>>;
#endif
net instance;
