// expect: refused<ctnn::input<1>, ctnn::shape<5>, ctnn::refusal::needs_inputs>
// expect: ctnn: this layer reads inputs of the network by their number; begin the network with inputs<
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

#ifdef CTNN_CORRECT
using net = nn::network<nn::inputs<nn::shape<5>, nn::shape<3>>, nn::concat<nn::input<0>, nn::input<1>>>;
#else
using net = nn::network<nn::shape<5>, nn::concat<nn::identity, nn::input<1>>>;
#endif
net instance;
