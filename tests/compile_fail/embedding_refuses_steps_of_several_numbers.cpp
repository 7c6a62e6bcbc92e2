// expect: refused<ctnn::embedding<1000, 64>, ctnn::shape<100, 3>, ctnn::refusal::needs_indices>
// expect: ctnn: embedding needs a vector shape<T> of class indices, one whole number a step; put it first, or use dense for steps of several numbers
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

#ifdef CTNN_CORRECT
using net = nn::network<nn::shape<100>, nn::embedding<1000, 64>, nn::gru<8>>;
#else
using net = nn::network<nn::shape<100, 3>, nn::embedding<1000, 64>, nn::gru<8>>;
#endif
net instance;
