// expect: refused<float, ctnn::shape<6, 6, 2>, ctnn::refusal::no_layer>
// expect: ctnn: this is no layer; a layer has a function lower.dims. that returns an outcome, and a block derives from chain, sum or concat
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8, 8, 1>, nn::conv<2>,
#ifdef CTNN_CORRECT
    nn::relu>;
#else
    float>;
#endif
net instance;
