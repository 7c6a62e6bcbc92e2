// expect: refused<ctnn::dense<2>.*, ctnn::shape<8, 8, 4>, ctnn::refusal::needs_vector>
// expect: ctnn: this layer needs a vector
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8, 8, 4>, nn::named<"encoder", nn::chain<nn::relu,
#ifdef CTNN_CORRECT
    nn::flatten, nn::named<"head", nn::dense<2>>>>>;
#else
    nn::named<"head", nn::dense<2>>>>>;
#endif
net instance;
