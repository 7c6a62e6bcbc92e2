// expect: refused<ctnn::chain<ctnn::relu>.*, ctnn::refusal::no_shape>
// expect: ctnn: a network begins with the shape of its input; put it first: network<shape<28, 28, 1>
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

#ifdef CTNN_CORRECT
using net = nn::network<nn::shape<8, 8, 1>, nn::conv<2>, nn::relu>;
#else
using net = nn::network<nn::conv<2>, nn::relu>;
#endif
net instance;
