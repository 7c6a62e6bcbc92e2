// expect: refused<ctnn::glu, ctnn::shape<4, 4, 5>, ctnn::refusal::needs_even_channels>
// expect: ctnn: this layer halves the channels and needs an even number of them; give the layer before it as many filters or units
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<4, 4, 3>,
#ifdef CTNN_CORRECT
    nn::conv<6, 1>, nn::glu>;
#else
    nn::conv<5, 1>, nn::glu>;
#endif
net instance;
