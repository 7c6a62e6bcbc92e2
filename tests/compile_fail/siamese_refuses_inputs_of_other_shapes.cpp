// expect: refused<ctnn::siamese<ctnn::dense<4>.*, ctnn::shape<3>, ctnn::refusal::inputs_differ>
// expect: ctnn: siamese gives all inputs of the network to the same layers; make their shapes equal
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

#ifdef CTNN_CORRECT
using net = nn::network<nn::inputs<nn::shape<3>, nn::shape<3>>, nn::siamese<nn::dense<4>>>;
#else
using net = nn::network<nn::inputs<nn::shape<5>, nn::shape<3>>, nn::siamese<nn::dense<4>>>;
#endif
net instance;
